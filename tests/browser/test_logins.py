"""In and out, by the form."""

from __future__ import annotations

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect


def test_editor_logs_in_and_out(browser_page: Page, editor: User) -> None:
    page = browser_page
    page.goto("/admin/quizbank/question/")
    page.get_by_label("Username").fill(editor.get_username())
    page.get_by_label("Password").fill("not-the-password")
    page.keyboard.press("Enter")
    page.get_by_text("and password for a staff account").wait_for()

    page.get_by_label("Password").fill("a-long-password-1")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith("/admin/quizbank/question/") and "?" not in url)

    page.goto("/admin/")
    page.locator("form[action='/admin/logout/']").first.evaluate("form => form.submit()")
    page.get_by_text("Log in again").wait_for()
    page.goto("/admin/")
    expect(page.get_by_label("Username")).to_be_visible()
