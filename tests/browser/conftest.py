"""A Chromium page on the live server, with the content security policy watched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections
from playwright.sync_api import Browser, Keyboard, Locator, Page, expect, sync_playwright

from tests.ops.conftest import Processes, other_sessions, wait_for

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
# The pages that each window has for its address bar are a quarter of the browser's time. The last
# such flag counts: what playwright turns off is here, too.
UNUSED = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    f"--disable-features={','.join(UNUSED)}",
]
# The theme's sidebar stands beside the page.
WIDE_FROM = 1280
# Of each step, on a machine that has much else to do.
PATIENCE = 60_000
ACTS = (
    (Page, ("click", "evaluate", "fill", "goto", "reload", "select_option", "set_input_files")),
    (Locator, ("all_inner_texts", "check", "click", "count", "drag_to", "fill", "focus")),
    (
        Locator,
        ("inner_text", "press", "press_sequentially", "select_option", "set_checked", "uncheck"),
    ),
    (Keyboard, ("press", "type")),
)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Pictures are taken on demand: not a test that would be skipped."""
    taken = collection_path.name == "test_guides.py" and not config.getoption("--write-docs")
    return True if taken else None


@pytest.fixture(scope="session")
def chromium() -> str | None:
    """Skips where there is none; STEWARD_BROWSER_TESTS=1 uses playwright's own."""
    if not CHROMIUM and not os.environ.get("STEWARD_BROWSER_TESTS"):
        pytest.skip("Chromium is not installed")
    return CHROMIUM


@pytest.fixture(scope="package")
def browser(chromium: str | None, django_db_setup: None) -> Iterator[Browser]:
    """One for as long as the tests of this folder go on."""
    expect.set_options(timeout=PATIENCE)
    # Within playwright's event loop Django has connections of its own.
    connections.close_all()
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=FLAGS, timeout=4 * PATIENCE)
        connections.close_all()


@pytest.fixture
def browser_page(
    browser: Browser,
    transactional_db: None,
    live_server: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Page]:
    """A page that fails the test on any violation of the policy or script error."""
    # The server's threads give their connections back, so that the test database can go.
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    complaints: list[str] = []
    with browser.new_context(base_url=live_server.url, timezone_id="UTC") as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
        act_on_loaded_pages(page, monkeypatch)
        yield page
        page.wait_for_load_state()
    # What the page asked for last is answered before the tables are emptied.
    wait_for(lambda: other_sessions() == 0)
    assert complaints == []


def act_on_loaded_pages(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is still being read has its buttons, but not yet the scripts that they need."""
    for kind, names in ACTS:
        for name in names:
            act = getattr(kind, name)
            monkeypatch.setattr(kind, name, on_loaded_page(page, act))


def on_loaded_page(page: Page, act: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(act)
    def later(self: Any, *args: Any, **kwargs: Any) -> Any:
        where = page if isinstance(self, Keyboard) else getattr(self, "page", self)
        where.wait_for_load_state()
        return act(self, *args, **kwargs)

    return later


def log_in(page: Page, username: str) -> None:
    """As the form would; that is filled in by the tests of logins. The page stays where it is."""
    browser, form = page.context, "/admin/login/"
    assert browser.request.get(form).ok
    (token,) = [each["value"] for each in browser.cookies() if each["name"] == "csrftoken"]
    answer = browser.request.post(
        form,
        form={
            "username": username,
            "password": "a-long-password-1",
            "csrfmiddlewaretoken": token,
            "next": "/admin/",
        },
        max_redirects=0,
    )
    assert answer.headers["location"] == "/admin/"


def show_sidebar(page: Page, wanted: Locator) -> None:
    """A narrow screen shows it when it is asked to; a wide one by itself: there the button that
    asks would fold what is not there yet.
    """
    page.locator("html:not([x-cloak])").wait_for()
    size = page.viewport_size
    if size and size["width"] < WIDE_FROM and not wanted.is_visible():
        page.get_by_role("button", name="Sidebar").first.click()


def go(page: Page, address: str) -> None:
    """By the sidebar."""
    link = page.locator(f"#nav-sidebar a[href='{address}']")
    show_sidebar(page, link)
    link.click()
    page.wait_for_url(f"**{address}")


def begin_day_in_the_dark(page: Page, username: str) -> None:
    """By the form, up to the start page."""
    page.emulate_media(color_scheme="dark")
    page.goto("/admin/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", "a-long-password-1")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="What waits for you").wait_for()
    expect(page.locator("html.dark")).to_have_count(1)


def log_out(page: Page) -> None:
    account = page.get_by_role("button", name="Account")
    show_sidebar(page, account)
    account.press("Enter")
    page.get_by_role("button", name="Log out").press("Enter")
    page.wait_for_url("**/admin/logout/")


def focus_by_tab(page: Page, name: str) -> None:
    """Press Tab until the link or button of this name has the focus."""
    for _ in range(200):
        if " ".join(page.evaluate("document.activeElement.textContent").split()) == name:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"no Tab reaches {name}")


def tab_to(page: Page, selector: str, *, key: str = "Tab") -> None:
    """Press it until what the selector means has the focus."""
    for _ in range(200):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press(key)
    pytest.fail(f"no {key} reaches {selector}")


def search_in_palette(page: Page, text: str) -> None:
    """Asked once: letters that come slowly are asked about one by one, and each answer begins the
    choice anew.
    """
    page.keyboard.press("Control+k")
    field = page.locator("#search-input-command")
    expect(field).to_be_focused()
    field.fill(text[:-1])
    page.keyboard.type(text[-1])


@pytest.fixture
def processes(browser_page: Page) -> Iterator[Processes]:
    """They end before the page does."""
    started = Processes()
    yield started
    started.end()


@pytest.fixture
def editor_page(browser_page: Page, editor: User) -> Page:
    """The page with a content editor logged in."""
    log_in(browser_page, editor.get_username())
    return browser_page
