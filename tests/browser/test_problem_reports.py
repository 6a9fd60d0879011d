"""Learners' reports on a question are decided, and answered, in Chromium."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from quizbank.models import ProblemReport, Question
from tests.quizbank.learning import learner, published

WRONG_KEY = "The second choice is the right one."


def report(question: object, reason: str, text: str) -> None:
    ProblemReport.objects.create(
        question_id=question, reporter_id=learner(), reason=reason, description=text
    )


def test_reports_are_accepted_rejected_and_fixed_by_a_revision(editor_page: Page) -> None:
    key, _ = published(stem="Which one is it?")
    for reason, text in (
        ("error", WRONG_KEY),
        ("error", "The key is wrong, I am sure."),
        ("unclear", "What is meant by the word one?"),
    ):
        report(key, reason, text)
    page = editor_page
    page.goto("/admin/quizbank/problemreport/")
    page.get_by_text("3 open reports of 1 question").wait_for()
    page.get_by_text("Error 2, Unclear 1").wait_for()
    page.get_by_role("link", name="Which one is it?").click()

    # One of them is turned down, with an answer; without one it is refused.
    for each in ("The key is wrong", WRONG_KEY):
        page.get_by_role("listitem").filter(has_text=each).get_by_role("checkbox").uncheck()
    page.get_by_role("button", name="Reject").click()
    page.get_by_text("a rejection needs an answer").wait_for()
    page.get_by_label("Answer to the learners").fill("Read the whole sentence, please.")
    page.get_by_role("button", name="Reject").click()
    page.get_by_text("1 report rejected.").wait_for()
    page.get_by_role("button", name="Accept").click()
    page.get_by_text("2 reports accepted.").wait_for()
    page.get_by_text("Accepted: they wait for the fix.").wait_for()

    page.get_by_role("link", name="Edit question").click()
    page.fill("[name=stem]", "Which one of these is it?")
    page.locator("[name=_continue]:not(.steward-default)").click()
    page.get_by_text("Unpublished changes").first.wait_for()
    page.get_by_role("button", name="Publish changes").click()
    expect(page.locator("#status-note")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_text("Published as revision 2.").wait_for()
    page.locator("a[href*='/problemreport/']", has_text="report").last.click()
    page.get_by_role("button", name="Mark as fixed").click()
    page.get_by_text("2 reports marked as fixed.").wait_for()

    rows = ProblemReport.objects.order_by("pk").values_list("state", "fixed_by__number")
    assert list(rows) == [("fixed", 2), ("fixed", 2), ("rejected", None)]
    told = ProblemReport.objects.get(state="rejected").admin_comment
    assert told == "Read the whole sentence, please."
    assert Question.objects.get(pk=key).published_revision.number == 2  # type: ignore[union-attr]
