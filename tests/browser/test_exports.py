"""Ops export in Chromium: a run with its progress, the file, and the link when its time is over."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from ops.models import ExportFile
from tests.assessments.people import make_member
from tests.browser.conftest import log_in
from tests.ops.conftest import Processes, member_of

PAGE = "/admin/ops/exportfile/of/members/"


def test_ops_prepare_and_download_a_file(
    browser_page: Page,
    processes: Processes,
    tmp_path: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.STEWARD_EXPORT_DIR = tmp_path
    monkeypatch.setenv("STEWARD_EXPORT_DIR", str(tmp_path))
    for name in ("Ada", "=Bo"):
        make_member(name)
    member_of("ops", "olga")
    page = browser_page
    log_in(page, "olga")
    page.goto(PAGE)
    page.get_by_role("button", name="Prepare in the background").click()
    page.get_by_text("The file will stand below.").wait_for()
    waiting = page.locator("[data-run][data-active]")
    expect(waiting.get_by_role("progressbar")).to_be_visible()

    processes.worker()

    # The page follows the run and loads itself again at its end.
    expect(waiting).to_have_count(0)
    row = page.locator("section[aria-labelledby=prepared] tbody tr")
    expect(row).to_have_count(1)
    with page.expect_download() as download:
        row.get_by_role("button", name="Download").click()
    with Path(download.value.path()).open(newline="") as lines:
        names = sorted(each["display_name"] for each in csv.DictReader(lines))
    assert names == ["'=Bo", "Ada"]

    row.get_by_role("link").click()
    expect(page.get_by_role("button", name="Download")).to_be_visible()
    ExportFile.objects.update(
        as_of=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(days=2)
    )
    page.goto(PAGE)
    expect(row).to_contain_text("Its time is over.")
    expect(row.get_by_role("button", name="Download")).to_have_count(0)
