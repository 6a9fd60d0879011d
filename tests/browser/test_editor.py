"""The content editor's day in Chromium."""

from __future__ import annotations

from django.core.management import call_command
from playwright.sync_api import Page, expect

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


def test_question_is_written_without_asking_for_rows_and_what_is_refused_is_shown(
    editor_page: Page,
) -> None:
    page = editor_page
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/admin/quizbank/question/add/")
    page.fill("[name=stem]", "Which protocol finds the address of hardware?")
    page.fill("[name=choices-0-text]", "ARP")
    page.fill("[name=choices-1-text]", "DNS")
    page.locator("[name=choices-0-is_correct]").check(force=True)
    page.fill("[name=tags]", "x" * 101)
    page.get_by_role("button", name="Save and continue editing").click()

    page.get_by_text("A tag has 100 characters at most").wait_for()
    # The last of its scripts has run.
    page.wait_for_load_state()
    expect(page.locator("[name=tags]")).to_be_focused()
    expect(page.locator("[name=tags]")).to_be_in_viewport()
    page.fill("[name=tags]", "lan")
    page.get_by_role("button", name="Save and continue editing").click()
    page.wait_for_url("**/change/")

    question = Question.objects.get(tags=["lan"])
    assert question.choices.count() == 2


def test_live_question_is_edited_and_published_in_one_step(editor_page: Page) -> None:
    call_command("load_demo")
    page = editor_page
    live = Question.objects.get(external_id="NET-001")
    page.goto(f"/admin/quizbank/question/{live.pk}/change/")
    publish = page.get_by_role("button", name="Publish changes")
    expect(publish).to_be_hidden()
    page.fill("[name=stem]", "What is asked here now?")
    publish.click()
    page.keyboard.press("Enter")
    page.get_by_text("Published as revision 2.").wait_for()
