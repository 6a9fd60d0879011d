"""Content staff see a shortage, rebuild the pools, and try a draw, in Chromium."""

from __future__ import annotations

from django.contrib.auth.models import User
from playwright.sync_api import Page

from tests.browser.conftest import log_in
from tests.ops.conftest import Processes
from tests.quizbank.stock import category, stocked

LIST = "/admin/quizbank/questionpool/"


def test_pools_are_rebuilt_and_a_draw_says_what_it_would_give(
    browser_page: Page, editor: User, processes: Processes
) -> None:
    stocked(3, topic=category("OSPF", category("ROUTING")), difficulty="hard")
    page = browser_page
    processes.worker()
    log_in(page, editor.get_username())
    page.goto(LIST)
    page.get_by_text("No pool yet").wait_for()
    page.get_by_role("button", name="Rebuild all …").click()
    page.get_by_role("button", name="Rebuild", exact=True).click()
    page.wait_for_url("**/admin/ops/run/**")
    page.locator("[data-status=completed]").wait_for()

    page.goto(LIST)
    page.get_by_text("Not asked for", exact=True).wait_for()
    page.get_by_role("link", name="Shortages").click()
    page.get_by_text("1 of 1 topics has fewer than 10").wait_for()
    page.get_by_role("link", name="Try a draw").click()
    page.get_by_role("button", name="Draw").click()
    page.get_by_role("heading", name="3 of 10 drawn").wait_for()
    page.get_by_text("3 published questions match.").wait_for()
