"""A day of ops in Chromium, with a real worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page, expect

from ops.models import Run
from ops.models.run import Status
from tests.browser.conftest import log_in
from tests.ops.conftest import Processes, member_of, wait_for
from tests.ops.operations_for_tests import HALF_WAY


@pytest.fixture
def ops_page(browser_page: Page) -> Page:
    member_of("ops", "olga")
    log_in(browser_page, "olga")
    return browser_page


@contextmanager
def rest_half_way() -> Iterator[None]:
    """Walks that come so far wait there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [HALF_WAY])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [HALF_WAY])


def see_half_way(page: Page) -> None:
    """The last that the page learns of a run that rests there."""
    page.locator("[data-status=processing]").wait_for()
    expect(page.locator("progress")).to_have_attribute("value", "50")
    page.locator("[data-value=left]", has_text="about").wait_for()


def start(page: Page, title: str, **fields: str) -> Run:
    page.goto("/admin/ops/run/")
    page.locator("a[href='/admin/ops/run/add/']").first.click()
    page.get_by_role("link", name=title).click()
    for name, value in fields.items():
        page.fill(f"[name={name}]", value)
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/change/")
    return Run.objects.latest("id")


def test_run_is_started_watched_to_its_end_and_another_cancelled(
    ops_page: Page, processes: Processes
) -> None:
    page = ops_page
    run = start(page, "Walk", steps="40")
    page.get_by_text("Waiting").first.wait_for()
    with rest_half_way():
        processes.worker()
        see_half_way(page)
    page.locator("[data-status=completed]").wait_for()
    page.get_by_text("Walked 40 steps.").first.wait_for()
    expect(page.locator("progress")).to_have_attribute("value", "100")

    with rest_half_way():
        page.get_by_role("button", name="Run again …").click()
        page.get_by_role("button", name="Run again", exact=True).click()
        page.wait_for_url(lambda url: "/change/" in url and str(run.pk) not in url)
        see_half_way(page)
        page.get_by_role("button", name="Cancel …").click()
        page.get_by_role("button", name="Cancel the run").click()
        page.locator("[data-status=cancelled]").wait_for()
    page.get_by_text("Cancelled by olga.").first.wait_for()

    again = Run.objects.latest("id")
    assert again.status == Status.CANCELLED
    assert again.parameters == run.parameters == {"steps": 40}


def test_action_log_is_read(ops_page: Page) -> None:
    page = ops_page
    start(page, "Clear expired logins")
    page.get_by_role("button", name="Cancel …").click()
    page.get_by_role("button", name="Cancel the run").click()
    page.get_by_text("Cancelled by olga.").first.wait_for()

    page.goto("/admin/ops/auditentry/")
    rows = page.locator("#result_list tbody tr")
    deeds = rows.locator(".field-what").all_inner_texts()
    assert [deed.strip() for deed in deeds[:3]] == ["Cancel", "Clear sessions", "Log in"]
    page.goto("/admin/ops/auditentry/?action=cancel")
    rows.first.locator("a").first.click()
    page.get_by_role("heading", name="Cancel: Operation Clear expired logins").wait_for()
    assert User.objects.get(username="olga").get_username() in page.content()


def test_schedule_is_switched_off_and_run_by_hand(ops_page: Page) -> None:
    page = ops_page
    page.goto("/admin/ops/schedulestate/")
    page.get_by_role("button", name="Switch clean-ledger off").click()
    page.get_by_role("button", name="Switch this schedule off").click()
    page.get_by_text("clean-ledger is off.").wait_for()

    page.get_by_role("button", name="Run clean-ledger now").click()
    page.get_by_role("button", name="Run now", exact=True).click()
    page.wait_for_url("**/admin/ops/run/*/change/")
    run = wait_for(lambda: Run.objects.filter(operation="clean_ledger").first())
    assert run.status == Status.PENDING


def test_lists_of_ops_are_short_on_a_phone(ops_page: Page) -> None:
    page = ops_page
    page.set_viewport_size({"width": 390, "height": 844})
    Run.objects.create(
        operation="rest",
        schedule="rebuild-what-changed-since",
        status=Status.COMPLETED,
        finished_at=timezone.now(),
        result="So many were looked at, and of those so many had changed since the last time.",
    )
    page.goto("/admin/ops/run/")
    row = page.locator("#result_list tbody tr").first.bounding_box()
    assert row is not None
    # Two lines.
    assert row["height"] < 60

    page.goto("/admin/ops/performancesnapshot/tables/")
    last = page.locator(".steward-figures tbody tr").last
    expect(last.locator("td[data-minor]").first).to_be_hidden()
    cells = last.locator("td:not([data-minor])")
    second, third = cells.nth(1).bounding_box(), cells.nth(2).bounding_box()
    assert second is not None
    assert third is not None
    assert second["y"] == third["y"]
