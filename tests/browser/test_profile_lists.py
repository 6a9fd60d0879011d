"""A moderator hides several profiles with one reason, sees the results, and takes it back."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Page, expect

from assessments.models import ModerationReason, PublicProfile
from tests.assessments.people import make_member, make_profile, publish
from tests.browser.conftest import log_in


@pytest.fixture
def moderator_page(browser_page: Page) -> Page:
    user = User.objects.create_user("mo", password="a-long-password-1", is_staff=True)
    user.groups.add(Group.objects.get(name="moderators"))
    log_in(browser_page, "mo")
    return browser_page


def states() -> set[str]:
    return set(PublicProfile.objects.values_list("state", flat=True))


def test_hides_several_with_one_reason_and_takes_it_back(moderator_page: Page) -> None:
    page = moderator_page
    ModerationReason.objects.create(
        code="spam", label="Spam", message="No advertising, please.", position=1
    )
    for name in ("Ada", "Bo", "Cleo"):
        publish(make_profile(make_member(name)))
    make_profile(make_member("Draft"))

    page.goto("/admin/assessments/publicprofile/")
    page.get_by_role("link", name="Published 3").click()
    expect(page.get_by_role("link", name="Draft", exact=True)).to_have_count(0)
    for number in range(3):
        page.locator("[name=_selected_action]").nth(number).check()
    page.select_option("[name=action]", "hide")
    page.locator("#changelist-form button[type=submit]").first.click()

    expect(page.get_by_text("Will be hidden.")).to_be_visible()
    page.select_option("[name=reason]", label="Spam")
    expect(page.locator("[name=message]")).to_have_value("No advertising, please.")
    page.fill("[name=message]", "Please leave the address out.")
    page.select_option("[name=reason]", label="Legal complaint")
    expect(page.locator("[name=message]")).to_have_value("Please leave the address out.")
    page.get_by_role("button", name="Hide 3 profiles").click()

    expect(page.get_by_role("heading", name="Hide: 3 of 3 profiles")).to_be_visible()
    expect(page.get_by_text("Now hidden.")).to_have_count(3)
    assert states() == {"hidden", "draft"}

    page.get_by_role("button", name="Undo this batch …").click()
    page.get_by_role("button", name="Undo for 3 profiles").click()
    expect(page.get_by_text("Undone: 3 profiles.")).to_be_visible()
    expect(page.get_by_text("Undone by mo")).to_have_count(3)
    assert states() == {"published", "draft"}
