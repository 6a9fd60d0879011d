"""A Chromium page on the live server, with the content security policy watched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections
from playwright.sync_api import Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium() -> str | None:
    """Skips where there is none; STEWARD_BROWSER_TESTS=1 uses playwright's own."""
    if not CHROMIUM and not os.environ.get("STEWARD_BROWSER_TESTS"):
        pytest.skip("Chromium is not installed")
    return CHROMIUM


@pytest.fixture
def browser_page(
    chromium: str | None,
    transactional_db: None,
    live_server: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Page]:
    """A page that fails the test on any violation of the policy or script error."""
    # The server's threads give their connections back, so that the test database can go.
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(base_url=live_server.url)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
        monkeypatch.setattr(page, "goto", patient(page))
        yield page
        page.wait_for_load_state()
        browser.close()
        # Playwright's event loop has connections of its own.
        connections.close_all()
    assert complaints == []


def patient(page: Page) -> Any:
    """A page that is left while it loads may complain of the scripts that it never got."""
    goto = page.goto

    def go(address: str) -> Any:
        page.wait_for_load_state()
        return goto(address)

    return go


def log_in(page: Page, username: str) -> None:
    page.goto("/admin/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", "a-long-password-1")
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")


@pytest.fixture
def editor_page(browser_page: Page, editor: User) -> Page:
    """The page with a content editor logged in."""
    log_in(browser_page, editor.get_username())
    return browser_page
