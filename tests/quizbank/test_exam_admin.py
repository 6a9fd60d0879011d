"""The lists of exams and subjects, with their questions counted."""

from __future__ import annotations

from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quizbank.models import Category, Exam, Question, Subject

EXAMS = "/admin/quizbank/exam/"
CATEGORIES = "/admin/quizbank/category/"
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


def deletion(client: Client, address: str) -> tuple[int, str]:
    """Queries, and the text of the page that asks before deleting."""
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(f"{address}delete/")
    return len(asked), unescape(answer.content.decode())


def test_deleting_what_questions_hang_on_says_how_many(editing: Client, bank: None) -> None:
    exam = Exam.objects.get(code="NET")
    subject = Subject.objects.get(code=next(iter(counted(editing, SUBJECTS))))
    category = Category.objects.filter(exam=exam, parent=None)[0]

    _, of_exam = deletion(editing, f"{EXAMS}{exam.pk}/")
    _, of_subject = deletion(editing, f"{SUBJECTS}{subject.pk}/")
    _, of_category = deletion(editing, f"{CATEGORIES}{category.pk}/")

    assert f"removed from the exam first: {exam.questions.count()}" in of_exam
    assert f"Categories of it, to be deleted first: {exam.categories.count()}" in of_exam
    assert f"given another subject first: {subject.questions.count()}" in of_subject
    assert f"moved or deleted first: {category.children.count()}" in of_category


def test_deleting_asks_as_many_queries_for_twenty_questions_as_for_one(editing: Client) -> None:
    subject = Subject.objects.create(code="s", name="Subject")
    Question.objects.create(stem="What is asked here?", subject=subject)
    page = f"{SUBJECTS}{subject.pk}/"
    deletion(editing, page)
    one, _ = deletion(editing, page)
    for number in range(19):
        Question.objects.create(stem=f"What is asked in {number}?", subject=subject)

    assert deletion(editing, page)[0] == one


def test_what_nothing_hangs_on_is_deleted(editing: Client) -> None:
    subject = Subject.objects.create(code="s", name="Subject")
    exam = Exam.objects.create(code="E", title="Exam")
    category = Category.objects.create(exam=exam, code="C", name="Category")

    for address, row in ((CATEGORIES, category), (EXAMS, exam), (SUBJECTS, subject)):
        editing.post(f"{address}{row.pk}/delete/", {"post": "yes"})

    for model in (Category, Exam, Subject):
        assert not model._default_manager.exists()


def test_bulk_deletion_keeps_what_questions_hang_on(editing: Client, bank: None) -> None:
    before = Category.objects.count()
    keys = [str(key) for key in Category.objects.values_list("pk", flat=True)]
    sent = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}

    html = unescape(editing.post(CATEGORIES, sent, follow=True).content.decode())

    assert "to be moved to another category first" in html
    assert Category.objects.count() == before


@pytest.mark.parametrize(
    ("address", "lines"),
    [(EXAMS, ("code", "title")), (SUBJECTS, ("code", "name")), (CATEGORIES, ("code", "name"))],
)
def test_codes_and_names_are_one_line_each(
    editing: Client, address: str, lines: tuple[str, ...]
) -> None:
    fields = editing.get(f"{address}add/").context["adminform"].form.fields

    assert [fields[name].widget.input_type for name in lines] == ["text", "text"]
