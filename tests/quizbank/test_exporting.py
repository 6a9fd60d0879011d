"""What goes out comes back: our own formats, written and read again."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from ops.models import AuditEntry
from ops.spreadsheets import neutralise, restore
from quizbank.exporting import export_questions
from quizbank.formats import FormatError, parse
from quizbank.formats.rows import read_list, write_list
from quizbank.formats.writing import ENDS, WRITTEN
from quizbank.importing import import_file
from quizbank.models import (
    Category,
    Choice,
    Exam,
    Question,
    QuestionCategory,
    QuestionExam,
    Subject,
)

FORMATS = list(WRITTEN)
DANGEROUS = [
    "=1+1",
    "\uff1d1",
    "\n=1",
    "+1",
    "-1",
    "@A1",
    "\t=1",
    "\r=1",
    "'=1",
    "''-1",
    "'quoted'",
]


@pytest.fixture
def bank(shared_bank: None, db: None) -> None:
    """Made once for all of them."""


def make_odd_question() -> Question:
    """Everything that a question can carry, and texts that formats stumble over."""
    exam = Exam.objects.create(code="ODD", title="Odd: things")
    other = Exam.objects.create(code="EVEN", title="Even")
    places = [
        Category.objects.create(exam=exam, code="A;1", name="Own"),
        Category.objects.create(exam=other, code="A;1", name="The other exam's"),
        Category.objects.create(exam=None, code="S,1", name="Shared"),
    ]
    question = Question.objects.create(
        external_id="=1",
        numbered_by=exam,
        kind="numeric",
        stem="-2 · 3 is?\n\n\"Think\", 'then' type; <b>é</b> 日本",
        explanation='=HYPERLINK("http://x")\nline two',
        media=[{"name": "f-1", "alt": "a, b; c"}],
        difficulty="hard",
        tags=["@home", "a;b", "c"],
        subject=Subject.objects.create(code="maths", name="Maths"),
        is_premium=True,
        is_user_generated=True,
    )
    Choice.objects.bulk_create(
        Choice(question=question, position=number, text=text, **more)
        for number, (text, more) in enumerate(
            [
                ("-6", {"is_correct": True, "tolerance": Decimal("0.5"), "fraction": 1}),
                ("+6", {"is_correct": False, "feedback": "=sign", "fraction": Decimal("-0.33333")}),
            ],
            start=3,
        )
    )
    QuestionExam.objects.bulk_create(QuestionExam(question=question, exam=e) for e in (other, exam))
    QuestionCategory.objects.bulk_create(
        QuestionCategory(question=question, category=place, is_primary=number == 1)
        for number, place in enumerate(places)
    )
    return question


def export(name: str) -> bytes:
    return export_questions(questions=Question.objects.all(), format_name=name, user=None)


def picture() -> dict[str, Any]:
    """Every question by its number, without keys: equal in two banks that say the same."""
    return {
        question.external_id: (
            question.numbered_by.code,
            question.content_hash,
            question.difficulty,
            sorted(question.tags),
            question.subject.code if question.subject else None,
            question.is_premium,
            question.is_user_generated,
            sorted(exam.code for exam in question.exams.all()),
            sorted(
                (row.is_primary, row.category.exam.code if row.category.exam else "", str(row))
                for row in question.questioncategory_set.all()
            ),
        )
        for question in Question.objects.with_content()
    }


def empty_the_bank() -> None:
    Question.objects.all().delete()
    while Category.objects.filter(children=None).delete()[0]:
        pass
    Exam.objects.all().delete()
    Subject.objects.all().delete()


@pytest.mark.parametrize("name", FORMATS)
def test_export_comes_back_as_unchanged(bank: None, name: str) -> None:
    make_odd_question()
    Question.objects.filter(external_id="NET-001").update(stem=" Line ends,\r\nno difference ")

    batch = import_file(file_name=f"export.{ENDS.get(name, name)}", data=export(name))

    assert batch.errors == []
    assert batch.counts == {
        "created": 0,
        "changed": 0,
        "unchanged": 61,
        "refused": 0,
        "missing": 0,
    }


def test_json_fills_an_empty_bank_with_the_same(bank: None) -> None:
    make_odd_question()
    before, data = picture(), export("json")
    empty_the_bank()

    first = import_file(file_name="export.json", data=data)
    again = import_file(file_name="export.json", data=data)

    assert first.counts["created"] == 61
    assert again.counts["unchanged"] == 61
    assert picture() == before


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_table_fills_a_bank_that_has_the_places(bank: None, name: str) -> None:
    make_odd_question()
    before, data = picture(), export(name)
    Question.objects.all().delete()

    assert (
        import_file(file_name=f"export.{ENDS.get(name, name)}", data=data).counts["created"] == 61
    )
    assert picture() == before


@pytest.mark.parametrize("name", FORMATS)
def test_edited_export_changes_the_question_and_its_number(bank: None, name: str) -> None:
    question = Question.objects.get(external_id="NET-001")
    data = export(name)
    Question.objects.filter(pk=question.pk).update(external_id="NET-999", stem="Edited since?")

    counts = import_file(file_name=f"export.{ENDS.get(name, name)}", data=data).counts

    question.refresh_from_db()
    assert (counts["created"], counts["changed"]) == (0, 1)
    assert question.external_id == "NET-001"


def test_tables_hold_no_cell_that_a_spreadsheet_runs(bank: None) -> None:
    make_odd_question()

    lines = parse_cells(export("csv"))
    book = load_workbook(io.BytesIO(export("xlsx")))

    assert [cell for cells in lines for cell in cells if cell[:1] in ("=", "+", "-", "@")] == []
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {
        "s",
        "n",
        "inlineStr",
    }
    assert [cell for cell in lines[-1] if cell in ("'=1", "'-6", "'+6", "'=sign")] == [
        "'=1",
        "'-6",
        "'+6",
        "'=sign",
    ]


def parse_cells(data: bytes) -> list[list[str]]:
    import csv

    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@given(st.one_of(st.text(), st.sampled_from(DANGEROUS)))
def test_neutralised_text_comes_back(text: str) -> None:
    assert neutralise(text)[:1] not in tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
    assert restore(neutralise(text)) == text


code = st.text(
    st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(";,\"'"), min_size=1, max_size=9
)


@given(st.lists(code, unique=True, max_size=4))
def test_list_in_a_cell_comes_back(values: list[str]) -> None:
    assert read_list(write_list(values)) == values


def test_text_that_excel_cannot_hold_is_said(bank: None) -> None:
    Question.objects.filter(external_id="NET-001").update(explanation="x" * 40_000)

    with pytest.raises(FormatError, match="CSV or JSON"):
        export("xlsx")
    assert export("csv")


@pytest.mark.parametrize("name", FORMATS)
def test_export_that_was_cut_off_is_refused(bank: None, name: str) -> None:
    data = export(name)
    for share in (0.3, 0.6, 0.95):
        with pytest.raises(FormatError):
            parse(
                data[: int(len(data) * share)], file_name=f"cut.{ENDS.get(name, name)}", name=None
            )


def ask(client: Client, **more: Any) -> Any:
    keys = list(Question.objects.order_by("pk").values_list("pk", flat=True)[:3])
    sent = {"action": "export", "_selected_action": [str(key) for key in keys]} | more
    return client.post("/admin/quizbank/question/", sent)


def test_list_asks_for_the_format_then_gives_the_file(editing: Client, bank: None) -> None:
    asked = ask(editing).content.decode()
    file = ask(editing, confirmed="1", format="csv")

    assert "Export: 3 questions" in asked
    assert "bulk-note" not in asked
    assert "attachment" in file.headers["Content-Disposition"]
    assert len(parse(file.content, file_name="a.csv", name="csv").questions) == 3
    assert AuditEntry.objects.get(action="export").details == {"count": 3, "format": "csv"}


def test_list_refuses_more_than_may_be_imported(editing: Client, bank: None, settings: Any) -> None:
    settings.STEWARD_IMPORT_MAX_QUESTIONS = 2
    assert ask(editing).status_code == 302


@pytest.mark.parametrize(
    ("group", "may"), [("analysts", True), ("ops", True), ("moderators", False)]
)
def test_only_those_who_may_export(bank: None, client: Client, group: str, may: bool) -> None:
    user = User.objects.create_user(group, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)

    answer = ask(client, confirmed="1", format="json")

    assert ("attachment" in answer.headers.get("Content-Disposition", "")) is may


@pytest.mark.parametrize("name", FORMATS)
def test_export_takes_as_many_queries_for_60_rows_as_for_1(
    bank: None, name: str, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12) as few:
        export_questions(
            questions=Question.objects.filter(external_id="NET-001"), format_name=name, user=None
        )
    with django_assert_max_num_queries(len(few)):
        export(name)
