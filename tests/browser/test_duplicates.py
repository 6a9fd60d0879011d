"""Questions that are there twice: compared, merged, told apart, and all of it taken back."""

from __future__ import annotations

from playwright.sync_api import Page

from ops.models import Run
from ops.runner import perform
from quizbank.models import Question, QuestionDismissal
from tests.quizbank.learning import published

STEM = "Which routing protocol uses the shortest path first algorithm of Dijkstra"


def test_duplicates_are_merged_or_told_apart_and_both_taken_back(editor_page: Page) -> None:
    for end in ("?", " there?", " here?"):
        published(stem=STEM + end)
    page = editor_page
    page.goto("/admin/quizbank/questionsimilarity/")
    page.get_by_text("3 questions not compared yet").wait_for()
    page.get_by_role("button", name="Compare now").click()
    page.get_by_text("Waiting").first.wait_for()
    perform(Run.objects.get(operation="find_similar_questions").pk)
    page.get_by_text("Last run: Completed").wait_for()
    group = page.get_by_role("form", name="Group 1")
    group.wait_for()
    group.get_by_text("3 questions").wait_for()

    # Two of three are the same; the third one is not.
    place = group.locator("article")
    other = place.filter(has_text=f"{STEM} here?")
    other.get_by_label("Decide on this one").uncheck()
    place.filter(has_text="there?").get_by_label("Keep").check()
    group.get_by_role("button", name="Same: keep one").click()
    page.get_by_text("retired 1 question.").wait_for()
    retired = Question.objects.get(status="retired")
    assert retired.duplicate_of == Question.objects.get(stem__endswith="there?")

    page.get_by_role("button", name="Not the same").click()
    page.get_by_text("2 questions: not the same.").wait_for()
    page.get_by_text("No two questions are that much alike.").wait_for()

    page.get_by_role("link", name="Merged").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("is active again.").wait_for()
    page.get_by_role("link", name="Not the same").click()
    page.get_by_role("button", name="Take this back").click()
    page.get_by_text("These two may be the same again.").wait_for()
    assert Question.objects.filter(status="active", duplicate_of=None).count() == 3
    assert not QuestionDismissal.objects.exists()
