"""The lists of exams and subjects, with their questions counted."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quizbank.models import Exam, Question, Subject

EXAMS = "/admin/quizbank/exam/"
SUBJECTS = "/admin/quizbank/subject/"
QUESTIONS = "/admin/quizbank/question/"


def counted(client: Client, address: str) -> dict[str, tuple[int, int]]:
    rows = client.get(address).context["cl"].result_list
    return {row.code: (row.question_count, row.active_count) for row in rows}


@pytest.mark.parametrize(("address", "parameter"), [(EXAMS, "exam"), (SUBJECTS, "subject")])
def test_each_count_is_what_its_link_shows(
    editing: Client, bank: None, address: str, parameter: str
) -> None:
    model = Exam if parameter == "exam" else Subject
    for code, (total, active) in counted(editing, address).items():
        query = f"{QUESTIONS}?{parameter}={model.objects.get(code=code).pk}"
        assert editing.get(query).context["cl"].result_count == total
        live = editing.get(f"{query}&status__exact=active").context["cl"].result_count
        assert live == active


def test_what_has_no_questions_counts_zero(editing: Client) -> None:
    Exam.objects.create(code="NEW", title="New")
    Subject.objects.create(code="new", name="New")

    assert counted(editing, EXAMS) == {"NEW": (0, 0)}
    assert counted(editing, SUBJECTS) == {"new": (0, 0)}


def test_lists_sort_by_their_counts(editing: Client, bank: None) -> None:
    totals = [total for total, _ in counted(editing, f"{EXAMS}?o=-3").values()]

    assert totals == sorted(totals, reverse=True)
    assert sum(totals) >= Question.objects.count()


def test_lists_ask_as_many_queries_for_twenty_rows_as_for_one(editing: Client) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            editing.get(address)
        return len(asked)

    Exam.objects.create(code="E", title="Exam")
    Subject.objects.create(code="s", name="Subject")
    queries(EXAMS)
    one = queries(EXAMS), queries(SUBJECTS)
    Exam.objects.bulk_create(Exam(code=f"E{n}", title="Exam") for n in range(19))
    Subject.objects.bulk_create(Subject(code=f"s{n}", name="Subject") for n in range(19))

    assert (queries(EXAMS), queries(SUBJECTS)) == one
