"""The content editor's day in Chromium, with the content security policy watched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from playwright.sync_api import Page, sync_playwright

from quizbank.models import Question

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        not CHROMIUM and not os.environ.get("STEWARD_BROWSER_TESTS"),
        reason="Chromium is not installed",
    ),
]


@pytest.fixture
def browser_page(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A page that fails the test on any violation of the policy or script error."""
    # The server's threads give their connections back, so that the test database can go.
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(base_url=live_server.url)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
        yield page
        browser.close()
        # Playwright's event loop has connections of its own.
        connections.close_all()
    assert complaints == []


def log_in(page: Page) -> None:
    page.goto("/admin/")
    page.fill("[name=username]", "ada")
    page.fill("[name=password]", "a-long-password-1")
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")


def test_editor_finds_edits_publishes_and_restores(browser_page: Page, editor: Any) -> None:
    call_command("load_demo")
    page = browser_page
    log_in(page)
    page.goto("/admin/quizbank/question/?q=NET-001")
    page.locator("a[href*='/change/']").first.click()
    page.locator("#question-preview p").first.wait_for()

    page.fill("[name=stem]", "What **exactly** is asked here now?")
    page.locator("#question-preview strong").wait_for()
    page.click("[name=_continue]")
    page.get_by_text("Unpublished changes").first.wait_for()
    page.get_by_role("button", name="Publish changes").click()
    page.get_by_text("Published as revision 2.").wait_for()
    page.get_by_role("link", name="Live: revision 2").click()
    page.select_option("[name=number]", "1")
    page.get_by_role("button", name="into the working copy").click()
    page.get_by_text("Revision 1 is the working copy again.").wait_for()

    question = Question.objects.get(external_id="NET-001")
    assert question.has_unpublished_changes
    assert "exactly" not in question.stem
