"""The content editor's day in Chromium."""

from __future__ import annotations

from django.core.management import call_command
from playwright.sync_api import Page

from quizbank.models import Question


def test_editor_finds_edits_publishes_and_restores(editor_page: Page) -> None:
    call_command("load_demo")
    page = editor_page
    page.goto("/admin/quizbank/question/?q=NET-001")
    page.locator("a[href*='/change/']").first.click()
    page.locator("#question-preview p").first.wait_for()

    page.fill("[name=stem]", "What **exactly** is asked here now?")
    page.locator("#question-preview strong").wait_for()
    page.locator("[name=_continue]:not(.steward-default)").click()
    page.get_by_text("Unpublished changes").first.wait_for()
    page.get_by_role("button", name="Publish changes").click()
    page.fill("[name=_note]", "Clearer wording")
    page.keyboard.press("Enter")
    page.get_by_text("Published as revision 2.").wait_for()
    page.get_by_role("link", name="Live: revision 2").click()
    page.select_option("[name=number]", "1")
    page.get_by_role("button", name="into the working copy").click()
    page.get_by_text("Revision 1 is the working copy again.").wait_for()

    question = Question.objects.get(external_id="NET-001")
    assert question.has_unpublished_changes
    assert "exactly" not in question.stem
