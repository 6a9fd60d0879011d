"""Edit, see what changed, take it back, in Chromium."""

from __future__ import annotations

from django.core.management import call_command
from playwright.sync_api import Page, expect

from quizbank.models import Exam, Question


def test_editor_sees_a_change_and_takes_it_back(editor_page: Page) -> None:
    call_command("load_demo")
    before = Question.objects.get(external_id="NET-002").stem
    page = editor_page
    page.goto("/admin/quizbank/question/?q=NET-002")
    page.locator("a[href*='/change/']").first.click()
    page.fill("[name=stem]", "Where does a <b>packet</b> go next?")
    page.locator("[name=_continue]:not(.steward-default)").click()
    page.get_by_text("Unpublished changes").first.wait_for()

    page.get_by_role("link", name="History").last.click()
    newest = page.locator(".steward-history > li").first
    expect(newest.locator("strong").first).to_have_text("ada")
    expect(newest.locator("ins")).to_contain_text("Where does a <b>packet</b> go next?")
    newest.get_by_role("link", name="Undo …").click()
    expect(page.locator("del")).to_contain_text("Where does a <b>packet</b> go next?")
    page.fill("[name=note]", "Said too little")
    page.keyboard.press("Enter")

    page.get_by_text("Put back.").wait_for()
    expect(page.locator(".steward-history > li").first).to_contain_text("Said too little")
    assert Question.objects.get(external_id="NET-002").stem == before


def test_deleted_exam_comes_back_from_recent_changes(editor_page: Page) -> None:
    exam = Exam.objects.create(code="TEA", title="Tea")
    page = editor_page
    page.goto(f"/admin/quizbank/exam/{exam.pk}/delete/")
    page.locator("#content [type=submit]").click()
    page.get_by_text("was deleted successfully").wait_for()

    page.goto("/admin/ops/historyentry/")
    page.get_by_role("link", name="TEA · Tea (deleted)").first.click()
    page.get_by_role("link", name="Bring back …").first.click()
    page.get_by_role("button", name="Bring back").click()
    page.get_by_text("Put back.").wait_for()

    assert Exam.objects.get(code="TEA").pk == exam.pk
