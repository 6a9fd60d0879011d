"""Browsing a board in Chromium: an old one renews itself; people are found by keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page, expect

from assessments.models import Member
from ops.models import Run, ViewState
from tests.assessments.people import make_member, make_session
from tests.browser.conftest import focus_by_tab, log_in
from tests.ops.conftest import Processes, member_of

BOARD = "/admin/assessments/leaderboardrow/"
MANY = 130


@pytest.fixture
def members(transactional_db: None) -> list[Member]:
    made = [make_member(f"Person {number:03}") for number in range(MANY)]
    for number, member in enumerate(made):
        score = max(0, 100 - number)
        make_session(member, overall_score=score, category_scores={"technical": score})
    with connection.cursor() as cursor:
        cursor.execute("SELECT refresh_assessment_leaderboard()")
    member_of("moderators", "mo")
    return made


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_an_old_board_renews_itself(
    members: list[Member], browser_page: Page, processes: Processes
) -> None:
    page = browser_page
    log_in(page, "mo")
    late = make_member("Late Bloomer")
    moment = timezone.now() - timedelta(days=3)
    make_session(late, overall_score=100, started_at=moment, completed_at=moment)
    ViewState.objects.update(refreshed_at=timezone.now() - timedelta(minutes=7))

    page.goto(BOARD)
    expect(page.locator("[data-says]")).to_have_text("It is being refreshed.")
    expect(page.locator("[data-run]")).to_be_visible()
    expect(page.get_by_text("Late Bloomer")).to_have_count(0)
    processes.worker()

    expect(page.locator("[data-says]")).to_have_text("This is the newest board.")
    expect(page.locator(".board tbody tr").first).to_contain_text("1=")
    expect(page.get_by_role("link", name="Late Bloomer")).to_be_visible()
    assert Run.objects.filter(requested_by__username="mo").count() == 1


def test_the_rows_stay_while_somebody_works_in_them(
    members: list[Member], browser_page: Page
) -> None:
    page = browser_page
    log_in(page, "mo")
    page.clock.install()
    page.goto(BOARD)
    page.locator("#jump").focus()
    Member.objects.filter(pk=members[0].pk).update(is_active=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT refresh_assessment_leaderboard()")

    # The page asks four times a minute.
    page.clock.fast_forward("00:20")
    page.get_by_role("button", name="Show the newer board").click()

    expect(page.locator("[data-says]")).to_have_text("This is the newest board.")
    expect(page.locator(".board tbody tr").first).to_contain_text("Person 001")


def test_a_board_is_browsed_by_keyboard_in_the_dark_on_a_phone(
    members: list[Member], browser_page: Page
) -> None:
    page = browser_page
    log_in(page, "mo")
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(BOARD)

    focus_by_tab(page, "Technical")
    press(page, "Enter")
    page.wait_for_url("**/technical/")
    page.locator("#jump").focus()
    page.keyboard.type("person 0")
    press(page, "Enter")
    expect(page.get_by_text("More than 20 are found")).to_be_visible()
    page.locator("#jump").fill("person 055")
    press(page, "Enter")
    page.wait_for_url("**?at=**")

    expect(page.locator("#here")).to_be_in_viewport()
    expect(page.locator("#here")).to_contain_text("56")
    expect(page.locator("#here")).to_contain_text("Person 055")
    expect(page.locator(".board tbody tr")).to_have_count(21)
    expect(page.locator(".board-marked")).to_have_count(1)
    assert "dark" in (page.locator("html").get_attribute("class") or "")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.locator("#here a").focus()
    focus_by_tab(page, "Next ranks →")
    press(page, "Enter")
    page.wait_for_url("**?after=**")
    expect(page.locator(".board tbody tr").first).to_contain_text("67")
    focus_by_tab(page, "← Better ranks")
    press(page, "Enter")
    page.wait_for_url("**?before=**")
    expect(page.locator(".board tbody tr").first).to_contain_text("Person 000")
    page.locator("summary").get_by_text("Filter").focus()
    press(page, "Enter")
    page.locator("#filter-period").select_option("30")
    page.get_by_role("button", name="Show", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="130 of 130 match")).to_be_visible()
