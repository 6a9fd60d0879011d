"""A moderator's day at the queue in Chromium, by keyboard only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import connection
from playwright.sync_api import Page, expect

from assessments.models import ModerationReason, ProfileEvent, PublicProfile
from assessments.models.choices import State
from tests.assessments.test_claims import appealed, edited, submitted
from tests.browser.conftest import log_in

QUEUE = "/admin/assessments/publicprofile/queue/"
CANNED = Path(apps.get_app_config("assessments").path) / "sql" / "canned_reasons_v1.sql"
ITEM = re.compile(r"/queue/[0-9a-f-]{36}/")


@pytest.fixture
def mo(transactional_db: None) -> User:
    """With the canned reasons, which tests that commit leave none of."""
    with connection.cursor() as cursor:
        cursor.execute(CANNED.read_text())
    return moderator("mo")


def moderator(name: str) -> User:
    user = User.objects.create_user(name, password="a-long-password-1", is_staff=True)
    user.groups.add(Group.objects.get(name="moderators"))
    return user


def state(profile: PublicProfile) -> str:
    profile.refresh_from_db()
    return profile.state


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def open_queue(page: Page) -> None:
    log_in(page, "mo")
    page.goto(QUEUE)
    page.locator(".queue[data-ready]").wait_for()


def shown(page: Page, name: str) -> None:
    expect(page.locator(".queue[data-ready] #item")).to_have_text(name)


def fits(page: Page) -> bool:
    """Nothing sticks out at the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_moderators_day_by_keyboard(browser_page: Page, mo: User) -> None:
    page = browser_page
    appeal = appealed(moderator("jo"), 60)
    first, second, third = (submitted(9 - n, f"Person {n}") for n in (1, 2, 3))
    edit = edited()
    # The one that hid the appealed profile; the canned ones are what a moderator chooses from.
    ModerationReason.objects.filter(pk="spam").update(is_active=False)
    open_queue(page)

    # Help holds the keys back while it is open.
    press(page, "?")
    expect(page.get_by_role("dialog")).to_be_visible()
    press(page, "n", "Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.url.endswith(QUEUE)

    # The appeal is the oldest; somebody else decided it.
    press(page, "j")
    expect(page.locator(".queue-row").first).to_be_focused()
    press(page, "Enter")
    shown(page, "Ada Lovelace")
    expect(page.get_by_text("What was decided")).to_be_visible()
    press(page, "o", "Enter")
    shown(page, "Person 1")
    expect(page.get_by_role("status")).to_contain_text("Overturned the decision: Ada Lovelace.")
    assert state(appeal) == State.PUBLISHED

    press(page, "p", "Enter")
    shown(page, "Person 2")
    assert state(first) == State.PUBLISHED
    press(page, "z")
    shown(page, "Person 1")
    assert state(first) == State.PENDING
    press(page, "p", "Enter")
    shown(page, "Person 2")

    # A rejection asks for its reason.
    press(page, "r", "Enter")
    expect(page.get_by_text("Choose a reason first")).to_be_visible()
    press(page, "4", "Enter")
    shown(page, "Person 3")
    event = ProfileEvent.objects.get(profile=second, action="reject")
    assert (state(second), event.reason_id) == (State.REJECTED, "not_own_person")  # type: ignore[attr-defined]
    assert event.private_note == "Compare name, e-mail and video."

    # An edited text; keys are letters while one types.
    press(page, "c", "1", "Tab")
    expect(page.locator("[name=message]")).to_be_focused()
    press(page, "End")
    page.keyboard.type(" Say why you help, please: z, n, p?")
    press(page, "Control+Enter")
    shown(page, "Ada Lovelace")
    text = ProfileEvent.objects.get(profile=third, action="request_changes").message
    assert text.startswith("Your profile is almost ready.")
    assert text.endswith("Say why you help, please: z, n, p?")

    expect(page.get_by_text("What the edit changes")).to_be_visible()
    expect(page.locator(".steward-fields ins")).to_have_text("Ada Byron")
    press(page, "p", "Enter")
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    edit.refresh_from_db()
    assert (edit.name, edit.pending_revision) == ("Ada Byron", None)


def test_typed_text_survives_what_others_do(browser_page: Page, mo: User) -> None:
    page = browser_page
    profile = submitted(3, "Person 1")
    open_queue(page)
    press(page, "n")
    shown(page, "Person 1")

    # Without a reason nothing is sent, and another reason leaves a typed text alone.
    press(page, "r")
    page.get_by_role("button", name="Reject: Person 1").click()
    expect(page.get_by_text("Choose a reason first")).to_be_visible()
    press(page, "1", "Tab")
    page.locator("[name=message]").fill("My own words")
    press(page, "Escape", "2")
    expect(page.locator("[name=message]")).to_have_value("My own words")

    PublicProfile.objects.filter(pk=profile.pk).update(name="Person 1b")
    press(page, "Enter")
    expect(page.get_by_role("alert").first).to_contain_text("The owner changed it meanwhile")
    expect(page.locator("[name=message]")).to_have_value("My own words")
    page.get_by_role("button", name="Reject: Person 1b").press("Enter")
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    assert ProfileEvent.objects.get(action="reject").message == "My own words"


def test_dark_and_narrow(browser_page: Page, mo: User) -> None:
    page = browser_page
    submitted(60, "A-name-without-any-space-" * 4)
    submitted(1)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    open_queue(page)
    assert fits(page)
    press(page, "n")
    page.wait_for_url(ITEM)
    page.locator(".queue[data-ready]").wait_for()
    assert page.evaluate("scrollY") == 0
    press(page, "r", "1")
    expect(page.locator("[name=message]")).to_be_visible()
    assert fits(page)
    # One column: the profile comes before the list.
    item, rows = page.locator(".queue-item").bounding_box(), page.locator(".queue-list")
    place = rows.bounding_box()
    assert item is not None
    assert place is not None
    assert item["y"] < place["y"]


def test_many_profiles_are_cleared_by_keyboard(browser_page: Page, mo: User) -> None:
    page = browser_page
    profiles = [submitted(100 - number, f"Person {number}") for number in range(10)]
    open_queue(page)
    press(page, "n")
    for number in range(10):
        shown(page, f"Person {number}")
        press(page, *(("p",) if number % 5 else ("r", "2")), "Enter")
    expect(page.get_by_text("Nothing waits.")).to_be_visible()

    states = PublicProfile.objects.filter(pk__in=[profile.pk for profile in profiles])
    assert states.filter(state=State.PUBLISHED).count() == 8
    assert states.filter(state=State.REJECTED).count() == 2
