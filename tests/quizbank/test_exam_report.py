"""The report of an exam, and the demo's answers."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ops.models import AuditEntry, Run
from quizbank.models import Answer, Exam, ItemStatistic, Question
from tests.quizbank.learning import run, value
from tests.quizbank.test_item_screens import WRONG_KEY, publish
from tests.quizbank.test_item_statistics import items, meet
from tests.screens import visit_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(db: None) -> Exam:
    return Exam.objects.create(code="NET", title="Networks")


@pytest.fixture
def bank(exam: Exam) -> list[tuple[Any, Any]]:
    found = items(4)
    for question, _ in found:
        run("INSERT INTO question_exams (question_id, exam_id) VALUES (%s, %s)", question, exam.pk)
    meet(found, WRONG_KEY, exam=exam.pk)
    value("SELECT refresh_item_statistics(%s)", [revision for _, revision in found])
    run("SELECT refresh_exam_statistics(%s)", exam.pk)
    return found


def address(exam: Exam, page: str = "change") -> str:
    return reverse(f"admin:quizbank_examstatistic_{page}", args=[exam.pk])


def test_report_has_the_worst_first(exam: Exam, bank: list[Any]) -> None:
    answer = visit_as("analysts").get(address(exam))

    found = [item.question.pk for item in answer.context["items"]]
    assert found[0] == bank[0][0]
    assert len(found) == 4
    text = answer.content.decode()
    assert "Possible wrong key:" in text
    assert "Recompute" not in text
    assert sum(tenth.questions for tenth in answer.context["spread"].tenths) == 4


def test_report_of_an_exam_that_nobody_took(exam: Exam) -> None:
    text = visit_as("content").get(address(exam)).content.decode()

    assert "Nobody has completed a session of this exam yet" in text
    assert "Recompute" in text


def test_published_anew_it_starts_from_zero_beside_the_report(exam: Exam, bank: list[Any]) -> None:
    client = visit_as("content")
    run("UPDATE questions SET answered = true")
    assert len(client.get(address(exam)).context["anew"]) == 0
    suspects = "/admin/quizbank/question/?status__exact=active&amp;flag=possible_wrong_key"
    assert suspects in client.get("/admin/").content.decode()

    publish(bank[0][0])

    answer = client.get(address(exam))
    assert bank[0][0] not in [item.question.pk for item in answer.context["items"]]
    assert [question.pk for question in answer.context["anew"]] == [bank[0][0]]
    assert suspects not in client.get("/admin/").content.decode()


def test_question_leads_to_the_statistics_of_its_exam(exam: Exam, bank: list[Any]) -> None:
    page = f"/admin/quizbank/question/{bank[0][0]}/change/"

    assert address(exam) in visit_as("content").get(page).content.decode()
    assert address(exam) not in visit_as("moderators").get(page).content.decode()


@pytest.mark.parametrize("key", ["0", "x", "9" * 30])
def test_no_such_exam(db: None, key: str) -> None:
    page = reverse("admin:quizbank_examstatistic_change", args=[key])

    assert visit_as("content").get(page).status_code == 302


def test_file_is_guarded_and_recorded(exam: Exam, bank: list[Any]) -> None:
    Question.objects.filter(pk=bank[0][0]).update(stem="=1+1")

    answer = visit_as("analysts").post(address(exam, "csv"))

    rows = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
    assert rows[0][:3] == ["id", "external_id", "stem"]
    assert rows[1][2] == "'=1+1"
    assert float(rows[1][5]) < 0
    assert "possible_wrong_key" in rows[1][6]
    assert AuditEntry.objects.filter(action="export", entity_id=str(exam.pk)).exists()


def test_recompute_opens_one_run(exam: Exam) -> None:
    client = visit_as("ops")
    first, second = (client.post(address(exam, "compute")).headers["Location"] for _ in range(2))

    assert first == second
    assert Run.objects.get(operation="compute_item_statistics").parameters == {"exam": exam.pk}


def test_lists_lead_to_the_report(exam: Exam, bank: list[Any]) -> None:
    exams = reverse("admin:quizbank_exam_changelist")
    content = visit_as("content")

    assert address(exam) in content.get(exams).content.decode()
    listed = content.get(reverse("admin:quizbank_examstatistic_changelist")).content.decode()
    assert address(exam) in listed
    assert address(exam) not in visit_as("moderators").get(exams).content.decode()


def test_report_asks_as_much_for_many_questions_as_for_few(exam: Exam, bank: list[Any]) -> None:
    client = visit_as("content")

    def asked() -> int:
        client.get(address(exam))
        with CaptureQueriesContext(connection) as captured:
            client.get(address(exam))
        return len(captured)

    few = asked()
    run("UPDATE questions SET item_learners = 30, item_facility = 50")
    for question, _ in items(20):
        run("INSERT INTO question_exams (question_id, exam_id) VALUES (%s, %s)", question, exam.pk)
        run("UPDATE questions SET item_learners = 9, item_facility = 50 WHERE id = %s", question)

    assert asked() == few


def test_demo_has_answers_that_tell_something(db: None) -> None:
    call_command("load_demo")
    call_command("load_demo_members")
    call_command("load_demo_answers")

    assert Answer.objects.count() > 5_000
    raised = {
        flag for flags in ItemStatistic.objects.values_list("flags", flat=True) for flag in flags
    }
    assert {"possible_wrong_key", "very_hard", "choice_nobody_takes"} <= raised
    wrong = Question.objects.filter(item_flags__contains=["possible_wrong_key"])
    assert 1 <= wrong.count() <= 8
    before = Answer.objects.count()
    call_command("load_demo_answers")
    assert Answer.objects.count() == before
