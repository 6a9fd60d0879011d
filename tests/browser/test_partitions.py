"""A month of the action log goes into the archive and comes back, in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Page

from ops.models import PartitionArchive
from tests.browser.conftest import log_in
from tests.ops.archive.months import MONTH, month_of, rows_of_2020
from tests.ops.conftest import Processes, member_of


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser_page: Page) -> Iterator[None]:
    """A real one, over an old month of 500 rows."""
    monkeypatch.setenv("STEWARD_ARCHIVE_DIR", str(tmp_path))
    started = Processes()
    with month_of(500):
        started.worker()
        yield
        started.end()


@pytest.fixture
def ops_page(browser_page: Page) -> Page:
    member_of("ops", "olga")
    log_in(browser_page, "olga")
    return browser_page


def order(page: Page, link: str, button: str, *, typed: str = "") -> None:
    page.get_by_role("link", name=link).click()
    page.get_by_text("What will happen").wait_for()
    if typed:
        page.fill("[name=name]", typed)
    page.get_by_role("button", name=button).click()
    page.wait_for_url("**/admin/ops/run/*/change/")
    page.locator("[data-status=completed]").wait_for()


def test_month_is_archived_held_and_restored(worker: None, ops_page: Page) -> None:
    page, before = ops_page, rows_of_2020()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE audit_logs")
    page.goto("/admin/")
    page.get_by_role("link", name="Partitions whose retention is over").click()
    page.get_by_role("link", name="audit_logs", exact=True).click()
    page.get_by_text("about 500").wait_for()

    order(page, f"Archive: {MONTH}", "Archive")
    page.get_by_text(f"500 rows of {MONTH} are archived and held.").first.wait_for()
    assert rows_of_2020() == (0, None)
    page.goto(f"/admin/ops/partitionarchive/audit_logs/{MONTH}/")
    page.get_by_text("Held until").wait_for()
    assert PartitionArchive.objects.get().state == "held"

    order(page, f"Restore: {MONTH}", "Restore")
    assert rows_of_2020() == before
    page.goto(f"/admin/ops/partitionarchive/audit_logs/{MONTH}/")
    page.get_by_text("Restored", exact=False).first.wait_for()
    page.get_by_role("button", name="Count exactly").click()
    page.get_by_text(f"{MONTH} has exactly 500 rows.").wait_for()


def test_rows_are_dropped_by_name_and_come_back_from_the_file(worker: None, ops_page: Page) -> None:
    page, before = ops_page, rows_of_2020()
    address = f"/admin/ops/partitionarchive/audit_logs/{MONTH}/"
    page.goto(address)
    order(page, f"Archive: {MONTH}", "Archive")

    page.goto(f"{address}drop/")
    page.fill("[name=name]", "audit_logs")
    page.get_by_role("button", name="Drop the rows").click()
    page.get_by_text(f"Nothing was started: type {MONTH} to confirm.").wait_for()
    page.goto(address)
    order(page, f"Drop the rows: {MONTH}", "Drop the rows", typed=MONTH)
    assert PartitionArchive.objects.get().state == "dropped"

    page.goto(address)
    order(page, f"Restore: {MONTH}", "Restore")
    assert rows_of_2020() == before
