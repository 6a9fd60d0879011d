"""Ops prove a backup in Chromium: a worker restores it, and its page says that all came back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ops.models import Backup
from ops.runner import perform_here
from tests.browser.conftest import log_in
from tests.ops.conftest import Processes, member_of

LIST = "/admin/ops/backup/"


def test_ops_verify_a_backup(
    browser_page: Page,
    processes: Processes,
    tmp_path: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.STEWARD_BACKUP_DIR = tmp_path
    monkeypatch.setenv("STEWARD_BACKUP_DIR", str(tmp_path))
    perform_here(operation="back_up")
    backup = Backup.objects.get()
    page = browser_page
    processes.worker()
    member_of("ops", "olga")
    log_in(page, "olga")
    page.goto(LIST)
    expect(page.get_by_text("None was restored yet.")).to_be_visible()

    page.locator("#result_list tbody a").first.click()
    page.wait_for_url(f"**{LIST}{backup.pk}/change/**")
    page.get_by_role("button", name="Verify …").click()
    page.get_by_role("button", name="Verify it").click()
    page.wait_for_url("**/admin/ops/run/**")
    # The page loads itself again while the run goes on; this is its last state.
    expect(page.locator("[data-run]:not([data-active]) [data-status=completed]")).to_be_visible()
    page.goto(f"{LIST}{backup.pk}/change/")

    expect(page.get_by_text("Everything came back as it was dumped.")).to_be_visible()
    page.get_by_text("with rows, the largest first").click()
    expect(page.get_by_role("cell", name="the same").first).to_be_visible()
    expect(page.get_by_role("cell", name="not tried")).to_have_count(0)
    page.goto(LIST)
    expect(page.get_by_text("None was restored yet.")).to_have_count(0)
