"""Hostile text stays text in a browser; the keyboard; related objects in windows of their own."""

from __future__ import annotations

from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect

from quizbank.models import Exam, Question
from quizbank.models.question import Kind, Status
from tests.browser.conftest import search_in_palette
from tests.hostile import poison

ALIVE = "[data-hostile], img[src=x]"


def change_page(question: Question) -> str:
    return reverse("admin:quizbank_question_change", args=[question.pk])


def test_hostile_text_never_becomes_an_element(editor_page: Page) -> None:
    call_command("load_demo")
    poison()
    page = editor_page
    question = Question.objects.filter(status=Status.ACTIVE, kind=Kind.SINGLE).first()
    assert question is not None

    page.goto("/admin/quizbank/question/")
    search_in_palette(page, "hostile")
    expect(page.locator("#command-results li").first).to_contain_text("<script>hostile()")
    expect(page.locator(ALIVE)).to_have_count(0)

    page.goto(change_page(question))
    expect(page.locator("#question-preview p").first).to_contain_text("<script>hostile()")
    page.locator(".field-subject .select2-selection").click()
    expect(page.locator(".select2-results__option").nth(1)).to_contain_text("<script>hostile()")
    expect(page.locator(ALIVE)).to_have_count(0)
    expect(page.locator('a[href^="javascript"]')).to_have_count(0)


def test_choices_are_sorted_by_key(editor_page: Page) -> None:
    call_command("load_demo")
    question = Question.objects.get(external_id="NET-003")
    first, second, *rest = question.choices.values_list("text", flat=True)
    page = editor_page
    page.goto(change_page(question))

    page.locator("[name=choices-0-text]").press("Alt+ArrowDown")
    expect(page.locator("[name=choices-0-text]")).to_be_focused()
    page.locator("[name=_continue]:not(.steward-default)").click()
    page.get_by_text("Unpublished changes").first.wait_for()

    assert [*question.choices.values_list("text", flat=True)] == [second, first, *rest]


def test_related_object_is_added_in_a_window(editor_page: Page) -> None:
    call_command("load_demo")
    page = editor_page
    page.goto(change_page(Question.objects.get(external_id="NET-003")))
    field = page.locator(".field-numbered_by")

    field.get_by_role("button", name="Add, change or view").press("Enter")
    with page.expect_popup() as opened:
        page.locator("#add_id_numbered_by").click()
    window = opened.value
    window.fill("[name=code]", "NEW")
    window.fill("[name=title]", "Made beside")
    with window.expect_event("close"):
        window.locator("[name=_save]").click()

    expect(field.locator(".select2-selection")).to_contain_text("NEW · Made beside")
    assert Exam.objects.filter(code="NEW").exists()


def test_keyboard_skips_the_sidebar(editor_page: Page) -> None:
    call_command("load_demo")
    page = editor_page
    page.goto("/admin/quizbank/question/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.getElementById('content').contains(document.activeElement)")


def test_keyboard_logs_out(editor_page: Page) -> None:
    page = editor_page
    # Wide enough for the sidebar, at whose foot the account stands.
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/admin/")

    page.get_by_role("button", name="Account").press("Enter")
    page.get_by_role("button", name="Log out").press("Enter")

    page.wait_for_url("**/admin/logout/")
