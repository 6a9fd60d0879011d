"""A day of a moderator in Chromium, on a phone and by keyboard only, from login to logout."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from assessments.models import ModerationReason, PublicProfile
from assessments.models.choices import State
from tests.assessments.people import make_member, make_profile, publish
from tests.assessments.test_claims import submitted
from tests.browser.conftest import focus_by_tab, log_out, search_in_palette, tab_to
from tests.ops.conftest import member_of

PASSWORD = "a-long-password-1"  # noqa: S105


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def states() -> dict[str, str]:
    return dict(PublicProfile.objects.values_list("name", "state"))


@pytest.fixture
def profiles(transactional_db: None) -> None:
    ModerationReason.objects.create(
        code="spam", label="Spam", message="No advertising, please.", position=1
    )
    for name in ("Published 1", "Published 2"):
        publish(make_profile(make_member(name), profile_slug=name.lower().replace(" ", "-")))
    for hours, name in ((9, "Waits longest"), (2, "Waits too")):
        submitted(hours, name)


def test_moderators_day(browser_page: Page, profiles: None) -> None:
    member_of("moderators", "mo")
    page = browser_page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/admin/")
    expect(page.locator("[name=username]")).to_be_focused()
    page.keyboard.type("mo")
    press(page, "Tab")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    page.get_by_role("heading", name="What waits for you").wait_for()

    # The queue, whose oldest comes first: published, and taken back.
    focus_by_tab(page, "2 Profiles waiting for a decision")
    press(page, "Enter")
    page.locator(".queue[data-ready]").wait_for()
    press(page, "n")
    expect(page.locator(".queue[data-ready] #item")).to_have_text("Waits longest")
    press(page, "p", "Enter")
    expect(page.locator(".queue[data-ready] #item")).to_have_text("Waits too")
    press(page, "z")
    expect(page.locator(".queue[data-ready] #item")).to_have_text("Waits longest")
    press(page, "p", "Enter")
    expect(page.locator(".queue[data-ready] #item")).to_have_text("Waits too")
    press(page, "r", "1", "Enter")
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    assert states()["Waits longest"] == State.PUBLISHED
    assert states()["Waits too"] == State.REJECTED

    # Two that are public go at once; the public no longer finds them.
    search_in_palette(page, "public profiles")
    page.locator("#command-results li").first.wait_for()
    press(page, "ArrowDown", "Enter")
    page.wait_for_url("**/publicprofile/")
    press(page, "/")
    page.keyboard.type("Published")
    press(page, "Enter")
    page.wait_for_url("**/?*q=Published*")
    for number in range(2):
        tab_to(page, f"tbody:nth-of-type({number + 1}) [name=_selected_action]")
        press(page, "Space")
    tab_to(page, "[name=action]", key="Shift+Tab")
    page.keyboard.type("Hide")
    tab_to(page, "#changelist-form button[type=submit]")
    press(page, "Enter")
    page.get_by_role("heading", name="Hide 2 profiles").wait_for()
    tab_to(page, "[name=reason]")
    page.keyboard.type("Spam")
    focus_by_tab(page, "Hide 2 profiles")
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Hide: 2 of 2 profiles")).to_be_visible()
    answer = page.request.get("/profiles/published-1/")
    assert (answer.status, "No such profile" in answer.text()) == (404, True)

    # That was a mistake.
    focus_by_tab(page, "Undo this batch …")
    press(page, "Enter")
    expect(page.get_by_role("button", name="Undo for 2 profiles")).to_be_focused()
    press(page, "Enter")
    expect(page.get_by_text("Undone: 2 profiles.")).to_be_visible()
    assert page.request.get("/profiles/published-1/").status == 200
    log_out(page)
