"""Staff decide on problem reports: from the list, beside the question, one or all at once."""

from __future__ import annotations

from html import unescape
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ops.models import AuditEntry
from quizbank.actions import Refused, publish_question
from quizbank.models import Exam, ProblemReport, Question, QuestionDifficulty, QuestionExam
from quizbank.reports import reading, triage
from tests.quizbank.learning import learner, published
from tests.quizbank.test_question_admin import press

LIST = "/admin/quizbank/problemreport/"
ANSWER = "It is right as it stands."


def report(question: Any, reason: str = "error") -> ProblemReport:
    row = ProblemReport.objects.create(
        question_id=question,
        revision_id=Question.objects.get(pk=question).published_revision_id,
        reporter_id=learner(),
        reason=reason,
        description="The second choice is right.",
    )
    row.refresh_from_db()
    return row


def reported(count: int = 1, uses: int = 0, stem: str = "Which one?") -> Question:
    key, _ = published(stem=stem)
    for _ in range(count):
        report(key)
    QuestionDifficulty.objects.create(question_id=key, attempt_count=uses)
    return Question.objects.get(pk=key)


def keys(question: Question) -> list[UUID]:
    return list(question.problem_reports.order_by("pk").values_list("pk", flat=True))


def states(question: Question) -> list[str]:
    return list(question.problem_reports.order_by("pk").values_list("state", flat=True))


def publish_anew(question: Question, user: User) -> None:
    question.refresh_from_db()
    question.stem += " Or not?"
    question.save()
    publish_question(question=question, user=user)


def decide(client: Client, question: Question, **sent: Any) -> str:
    first = question.problem_reports.latest("pk")
    sent = {"reports": keys(question)} | sent
    answer = client.post(f"{LIST}{first.pk}/decide/", sent, follow=True)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


# --- The list ------------------------------------------------------------------------------------
def test_many_reports_of_a_question_are_one_item_and_the_most_harmful_is_first(
    editing: Client,
) -> None:
    rare = reported(count=3, uses=10, stem="Rarely met?")
    often = reported(count=2, uses=1_000, stem="Often met?")
    fresh = reported(count=1, uses=0, stem="Never met?")

    rows = editing.get(LIST).context["cl"].result_list

    assert [(row.question, row.reports, row.harm) for row in rows] == [
        (often, 2, 2_000),
        (rare, 3, 30),
        (fresh, 1, 0),
    ]
    assert "6 open reports of 3 questions" in " ".join(editing.get(LIST).content.decode().split())


def test_filters_narrow_what_is_counted(editing: Client) -> None:
    question = reported(count=2)
    report(question.pk, "outdated")

    def shown(query: str) -> list[int]:
        return [row.reports for row in editing.get(LIST + query).context["cl"].result_list]

    assert shown("") == shown("?state=open") == shown("?state=all") == [3]
    assert shown("?reason__exact=outdated") == [1]
    assert shown("?state=fixed") == shown("?created_at_to=2020-01-01") == []
    assert shown("?created_at_from=2020-01-01") == shown("?q=which") == [3]
    assert shown("?q=nonsense") == []
    reporter = question.problem_reports.latest("pk").reporter_id
    assert shown(f"?reporter_id={reporter}") == [1]
    exams = [Exam.objects.create(code=code, title=code) for code in ("ONE", "TWO")]
    QuestionExam.objects.create(question=question, exam=exams[0])
    assert [shown(f"?exam={exam.pk}") for exam in exams] == [[3], []]


def test_an_empty_list_says_so(editing: Client) -> None:
    assert "No report is open" in editing.get(LIST).content.decode()


# --- The page ------------------------------------------------------------------------------------
def test_the_page_shows_all_reports_beside_what_learners_meet(editing: Client) -> None:
    question = reported(count=2, uses=1_234)

    html = editing.get(f"{LIST}{keys(question)[0]}/change/").content.decode()

    assert html.count("The second choice is right.") == 2
    for text in ("Which one?", "1,234 uses", "revision 1", "Edit question", "right</strong>"):
        assert text in html


def test_the_page_asks_as_much_for_twenty_reports_as_for_one(editing: Client) -> None:
    def asked(question: Question) -> int:
        address = f"{LIST}{keys(question)[0]}/change/"
        editing.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert editing.get(address).status_code == 200
        return len(captured)

    assert asked(reported(count=20)) == asked(reported(count=1))


def test_all_at_once_or_one_alone(editing: Client, editor: User) -> None:
    question = reported(count=3)

    assert "1 report accepted." in decide(
        editing, question, reports=keys(question)[:1], decision="accepted"
    )
    assert states(question) == ["accepted", "open", "open"]
    assert "2 reports rejected." in decide(
        editing, question, reports=keys(question)[1:], decision="rejected", answer=ANSWER
    )
    row = question.problem_reports.latest("pk")
    assert (row.state, row.admin_comment, row.reviewer) == ("rejected", ANSWER, editor)
    logged = AuditEntry.objects.filter(entity_id=str(question.pk))
    assert set(logged.values_list("action", flat=True)) == {"accept_reports", "reject_reports"}


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"decision": "rejected"}, "a rejection needs an answer"),
        ({"decision": "rejected", "answer": "No."}, "An answer has 10 to 1,000 characters."),
        ({"decision": "accepted", "answer": "x" * 1_001}, "An answer has 10 to 1,000 characters."),
        ({"decision": "accepted", "reports": []}, "Choose at least one report."),
        ({"decision": "accepted", "reports": ["nonsense"]}, "Nothing was decided"),
        ({"decision": "fixed", "answer": "It is better now."}, "Choose the revision"),
        ({}, "Choose what to do."),
    ],
)
def test_what_is_refused_keeps_what_was_typed(
    editing: Client, sent: dict[str, Any], message: str
) -> None:
    question = reported()
    html = decide(editing, question, **sent)
    assert message in html
    assert sent.get("answer", "") in html
    assert states(question) == ["open"]


def test_what_is_accepted_waits_for_a_fix_and_nothing_else(editing: Client, editor: User) -> None:
    question = reported(count=2)
    page = decide(editing, question, decision="accepted")
    assert "Accepted: they wait for the fix." in page
    assert 'value="rejected"' not in page
    assert 'type="checkbox"' not in page

    publish_anew(question, editor)

    page = decide(editing, question, decision="rejected", answer="It is right as it stands.")
    assert "Nothing was decided" in page
    assert 'value="fixed"' in page
    assert 'value="rejected"' not in page
    assert page.count('name="reports"') == 2


def test_a_published_revision_fixes_what_was_reported_before(editing: Client, editor: User) -> None:
    question = reported(count=2)
    page = f"{LIST}{keys(question)[0]}/change/"
    assert "No revision was published since" in editing.get(page).content.decode()
    publish_anew(question, editor)
    late = report(question.pk)
    revision = question.revisions.latest("number")

    html = decide(editing, question, decision="fixed", revision=revision.pk)

    assert "2 reports marked as fixed. 1 met revision 2 or a later one." in html
    assert states(question) == ["fixed", "fixed", "open"]
    late.refresh_from_db()
    assert late.fixed_by is None


def test_the_second_of_two_is_told(editor: User) -> None:
    question, other = reported(count=2), User.objects.create_user("bo")
    chosen = keys(question)
    triage.accept_reports(question=question, reports=chosen[:1], user=other)

    done = triage.accept_reports(question=question, reports=chosen, user=editor)
    assert done == "1 report accepted. 1 report accepted before, by bo."
    with pytest.raises(Refused, match="2 reports accepted before, by ada"):
        triage.reject_reports(question=question, reports=chosen, user=other, answer=ANSWER)


def test_reports_of_another_question_are_not_decided_here(editor: User) -> None:
    question, other = reported(), reported(stem="Another one?")
    with pytest.raises(Refused, match="gone"):
        triage.accept_reports(question=question, reports=keys(other), user=editor)
    assert states(other) == ["open"]


def test_an_erased_report_is_gone_and_no_error(editing: Client) -> None:
    question = reported()
    key = keys(question)[0]
    ProblemReport.objects.all().delete()
    assert editing.get(f"{LIST}{key}/change/").status_code == 302
    assert editing.post(f"{LIST}{key}/decide/", {"decision": "accepted"}).status_code == 404


def test_counts_are_of_what_waits(editor: User) -> None:
    question = reported(count=2)
    triage.accept_reports(question=question, reports=keys(question)[:1], user=editor)
    assert reading.counts() == {
        "open": 1,
        "open_questions": 1,
        "accepted": 1,
        "accepted_questions": 1,
    }


# --- The question's own page ---------------------------------------------------------------------
def test_the_question_tells_of_its_reports_and_offers_the_fix(
    editing: Client, editor: User, question: Question
) -> None:
    for _ in range(2):
        report(question.pk)
    triage.accept_reports(question=question, reports=keys(question)[:1], user=editor)
    address = reverse("admin:quizbank_question_change", args=[question.pk])
    link = f"{LIST}{keys(question)[-1]}/change/"

    html = editing.get(address).content.decode()
    assert "1 open report, 1 accepted report to be fixed" in html
    assert link in html

    Question.objects.filter(pk=question.pk).update(explanation="Because.")
    told = press(editing, question, "active")
    assert "Published as revision 2." in told
    assert "2 problem reports of an earlier revision wait" in told
    assert "Mark as fixed by revision 2" in told

    decide(editing, question, decision="fixed", revision=question.revisions.latest("number").pk)
    assert states(question) == ["fixed", "fixed"]
    assert "problem report" not in press(editing, question, "retired")


def test_the_demo_has_reports_and_questions_twice(bank: None) -> None:
    for _ in range(3):
        learner()
    for added in (8, 0):
        out = StringIO()
        call_command("load_demo_reports", stdout=out)
        assert out.getvalue() == f"{added} reports and duplicates added.\n"
    assert ProblemReport.objects.count() == 6
