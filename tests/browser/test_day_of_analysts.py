"""A day of an analyst in Chromium, on a phone in the dark: figures, and a file of them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from django.core.management import call_command
from playwright.sync_api import Page, expect

from ops.models import AuditEntry
from tests.browser.conftest import begin_day_in_the_dark, go, log_out
from tests.ops.conftest import member_of


def test_analysts_day(browser_page: Page, tmp_path: Path, settings: Any) -> None:
    settings.STEWARD_EXPORT_DIR = tmp_path
    for part in ("", "_members", "_answers"):
        call_command(f"load_demo{part}")
    member_of("analysts", "ann")
    page = browser_page
    page.set_viewport_size({"width": 390, "height": 844})
    begin_day_in_the_dark(page, "ann")
    page.get_by_text("Nothing waits for you.").wait_for()

    # From the figure to its numbers, and to who is behind them.
    answers = page.get_by_role("figure", name="Answers, 14 days")
    answers.get_by_text("As a table").click()
    expect(answers.get_by_role("listitem")).to_have_count(14)
    page.get_by_role("region", name="Leaderboard").get_by_role("link").nth(1).click()
    page.wait_for_url("**/assessments/member/*/change/")

    # How a question does, and which one does not.
    go(page, "/admin/quizbank/examstatistic/")
    page.get_by_role("link", name="NET ·").click()
    page.get_by_role("heading", name="Statistics of NET").wait_for()
    page.locator("section[aria-labelledby=worst] tbody a").first.click()
    page.get_by_text("Possible wrong key:").wait_for()
    expect(page.get_by_role("button", name="Publish")).to_have_count(0)

    # A file of it, which has no names.
    go(page, "/admin/ops/exportfile/")
    page.get_by_role("link", name="Answers", exact=True).click()
    page.get_by_text("Your files are without personal data").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    with Path(download.value.path()).open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) > 1_000
    assert not any(row.get("text_answer") for row in rows)
    log_out(page)

    assert AuditEntry.objects.filter(action="export").count() == 1
