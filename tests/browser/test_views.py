"""The ops day in Chromium: a view is stale, is refreshed by a worker, and is fresh."""

from __future__ import annotations

from playwright.sync_api import Page

from ops.models import ViewState
from tests.browser.conftest import log_in
from tests.ops.conftest import Processes, member_of

LIST = "/admin/ops/viewstatus/"


def test_ops_refresh_a_view_and_see_that_it_is_fresh(
    browser_page: Page, processes: Processes
) -> None:
    ViewState.objects.update(refreshed_at=None)
    page = browser_page
    processes.worker()
    member_of("ops", "olga")
    log_in(page, "olga")
    page.goto(LIST)
    page.get_by_text("Never refreshed").first.wait_for()

    page.locator("[name=_selected_action][value=category_statistics]").check()
    page.select_option("[name=action]", "refresh_now")
    page.locator("#changelist-form button[type=submit]").first.click()
    page.get_by_role("heading", name="Refresh 1 materialized view?").wait_for()
    page.get_by_role("button", name="Refresh 1 view now").click()
    page.wait_for_url("**/admin/ops/run/**")
    page.locator("[data-status=completed]").wait_for()
    page.goto(LIST)
    page.get_by_text("Fresh", exact=True).wait_for()
    page.get_by_role("link", name="Category statistics category_statistics").click()

    page.get_by_role("heading", name="Its refreshes").wait_for()
    page.get_by_role("img", name="The last 1 refreshes").wait_for()
