from __future__ import annotations

from django.core.management import call_command
from playwright.sync_api import Page

from quizbank.models import Question


def test_questions_are_moved_to_a_category_that_is_searched(editor_page: Page) -> None:
    call_command("load_demo")
    page = editor_page
    page.goto("/admin/quizbank/question/?q=NET-001")
    page.locator("[name=_selected_action]").first.check()
    page.select_option("[name=action]", "move_to_category")
    page.locator("#changelist-form button[type=submit]").first.click()

    page.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill("Cupping")
    page.get_by_role("option", name="· Cupping").click()
    page.get_by_role("button", name="Move to category: 1 question").click()

    page.get_by_text("✓").wait_for()
    question = Question.objects.get(external_id="NET-001")
    assert question.topic
    assert question.topic.name == "Cupping"
