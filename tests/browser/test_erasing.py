"""Erasing a member by keyboard: a wrong e-mail first, then the right one, to the run."""

from __future__ import annotations

import re

from django.contrib.auth.models import Group, User
from django.urls import reverse
from playwright.sync_api import Page, expect

from ops.models import Run
from ops.runner import perform
from tests.assessments.people import make_member, make_session
from tests.browser.conftest import log_in

EMAIL = "ada.lovelace@example.org"


def test_erasing_asks_for_the_email_and_shows_the_run(browser_page: Page) -> None:
    page = browser_page
    user = User.objects.create_user("olga", password="a-long-password-1", is_staff=True)
    user.groups.add(Group.objects.get(name="ops"))
    member = make_member("Ada <b>Lovelace</b>", email=EMAIL)
    make_session(member)
    log_in(page, "olga")

    page.goto(reverse("admin:assessments_member_change", args=[member.pk]))
    page.get_by_role("link", name="Erase …").click()
    expect(page.locator("h1.steward-heading")).to_have_text("Erase Ada <b>Lovelace</b>?")
    expect(page.get_by_role("row", name="Assessment sessions 1 Deleted")).to_be_visible()

    typed = page.locator("#typed-email")
    typed.press_sequentially("somebody@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text(f"Nothing was erased: type {EMAIL} to confirm.")
    expect(typed).to_have_value("somebody@example.org")
    assert not Run.objects.exists()

    typed.fill(EMAIL.upper())
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/ops/run/[0-9a-f-]+/change/"))
    expect(page.locator("h1.steward-heading")).to_have_text(f"Erase a member: {member.pk}")
    perform(Run.objects.get().pk)
    page.locator("[data-status=completed]").wait_for()

    page.goto(reverse("admin:assessments_member_change", args=[member.pk]))
    expect(page.locator("h1.steward-heading")).to_have_text("Erased member")
    page.get_by_role("link", name="What was erased").click()
    expect(page.get_by_role("row", name="Assessment sessions 1 Deleted")).to_be_visible()
    expect(page.locator("#typed-email")).to_have_count(0)
