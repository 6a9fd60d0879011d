"""Somebody of ops looks a member up, in Chromium."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.assessments.people import make_member, make_profile, make_session, publish
from tests.browser.conftest import log_in, search_in_palette
from tests.ops.conftest import member_of


def test_member_is_found_by_the_palette_read_and_exported(browser_page: Page) -> None:
    page = browser_page
    ada = make_member("Ada Lovelace")
    turns = [{"role": "coach", "text": f"Question {n}, at some length"} for n in range(60)]
    make_session(ada, interview_transcript=turns, dimensions={"iq": 91, "eq": 40})
    publish(make_profile(ada))
    member_of("ops", "olga")
    log_in(page, "olga")
    page.goto("/admin/")

    search_in_palette(page, "lovelace")
    expect(page.locator("#command-results li").first).to_contain_text("Ada Lovelace")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{ada.pk}/change/")
    expect(page.get_by_text(str(ada.email))).to_be_visible()
    expect(page.get_by_role("link", name="Yes: see the page")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("button", name="Export as JSON").click()
    document = json.loads(Path(download.value.path()).read_text())
    assert document["member"]["display_name"] == "Ada Lovelace"
    assert "lovelace" not in download.value.suggested_filename.lower()

    page.locator("#section-sessions + table a").first.click()
    page.get_by_role("heading", name="Session of Ada Lovelace").wait_for()
    expect(page.get_by_text("Question 0, at some length")).to_be_hidden()
    page.get_by_text("60 turns").click()
    expect(page.get_by_text("Question 0, at some length")).to_be_visible()
    page.get_by_role("link", name="Later").click()
    page.get_by_text("Question 59, at some length").wait_for()


def test_pages_of_members_fit_a_narrow_dark_screen(browser_page: Page) -> None:
    page = browser_page
    ada = make_member("Ada Lovelace " + "x" * 120)
    attempt = make_session(
        ada, interview_transcript=["y" * 400], flags={"long": "z" * 300}, dimensions={"iq": 91}
    )
    publish(make_profile(ada, name="Ada"))
    member_of("ops", "olga")
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, "olga")

    for address in (
        f"/admin/assessments/member/{ada.pk}/change/",
        f"/admin/assessments/assessmentsession/{attempt.pk}/change/?turns=1",
        "/admin/assessments/member/",
        "/admin/assessments/assessmentsession/",
    ):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
