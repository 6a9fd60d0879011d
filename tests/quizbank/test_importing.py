"""Imports of real files, from the command and from the action."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from quizbank.actions import publish_question
from quizbank.formats import FormatError, parse
from quizbank.importing import import_file, preview_import, undo_import
from quizbank.models import Category, Exam, ImportBatch, Question, QuestionCategory

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the real files are not beside the repo")
ROW = {"id": "T1A01", "correct": 1, "question": "What is it?", "answers": ["This", "That"]}


def ham(*rows: dict[str, Any]) -> bytes:
    return json.dumps(rows, indent=1).encode()


def run(data: bytes, **options: Any) -> dict[str, int]:
    return import_file(file_name="pool.json", data=data, **options).counts


@needs_data
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "count"),
    [
        ("technician-2022-2026.json", 411),
        ("general-2023-2027.json", 423),
        ("general-2023-2027.csv", 423),
    ],
)
def test_real_pool_is_imported_once(file: str, count: int) -> None:
    out = io.StringIO()
    call_command("import_questions", DATA / "ham-radio" / file, json=True, stdout=out)
    again = import_file(file_name=file, data=(DATA / "ham-radio" / file).read_bytes())

    assert json.loads(out.getvalue())["created"] == count
    assert again.counts["unchanged"] == count
    assert Question.objects.filter(topic__isnull=False).count() == count


@needs_data
@pytest.mark.django_db
def test_trivia_that_is_no_utf8_is_refused_and_writes_nothing() -> None:
    with pytest.raises(CommandError, match="is not UTF-8"):
        call_command("import_questions", DATA / "trivia" / "science-technology.txt")

    assert not Question.objects.exists()
    assert not ImportBatch.objects.exists()


@needs_data
@pytest.mark.django_db
def test_trivia_is_imported_with_its_bad_questions_listed_by_line() -> None:
    batch = import_file(
        file_name="for-kids.txt", data=(DATA / "trivia" / "for-kids.txt").read_bytes()
    )

    assert Question.objects.count() == batch.counts["created"] > 500
    assert all(error["line"] > 0 for error in batch.errors)


@pytest.mark.django_db
def test_code_makes_the_category_path() -> None:
    run(ham(ROW))

    question = Question.objects.select_related("system", "topic", "numbered_by").get()
    assert (question.system.code, question.topic.code) == ("T1", "T1A")  # type: ignore[union-attr]
    assert question.numbered_by is not None
    assert question.numbered_by.code == "T"


@pytest.mark.django_db
def test_edited_file_changes_the_live_question_without_a_duplicate() -> None:
    run(ham(ROW), publish=True)

    counts = run(ham(ROW | {"answers": ["This", "That", "More"]}))

    question = Question.objects.get()
    assert counts["changed"] == 1
    assert question.has_unpublished_changes
    assert question.status == "active"


@pytest.mark.django_db
def test_question_that_is_gone_is_listed_and_left_alone() -> None:
    run(ham(ROW, ROW | {"id": "T1A02", "question": "And this?"}))

    batch = import_file(file_name="pool.json", data=ham(ROW))

    assert batch.report["missing"] == ["T1A02"]
    assert Question.objects.count() == 2


@pytest.mark.django_db
def test_dry_run_writes_nothing() -> None:
    assert run(ham(ROW), dry_run=True)["created"] == 1
    assert not Question.objects.exists()
    assert not Category.objects.exists()


@pytest.mark.django_db
def test_undo_deletes_the_new_and_restores_the_changed() -> None:
    run(ham(ROW))
    data = ham(ROW | {"question": "Edited?", "answers": ["a", "b", "c"]}, ROW | {"id": "T1A02"})
    batch = import_file(file_name="pool.json", data=data)

    undo_import(batch=batch)

    question = Question.objects.get()
    assert question.stem == "What is it?"
    assert [choice.text for choice in question.choices.all()] == ["This", "That"]


@pytest.mark.django_db
def test_undo_keeps_what_was_published_since() -> None:
    batch = import_file(file_name="pool.json", data=ham(ROW))
    publish_question(question=Question.objects.get(), user=None)

    assert undo_import(batch=batch) == {"undone": 0, "kept": 1}
    assert Question.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.json", b"", "empty"),
        ("a.json", b'[{"id": "T1A01",', "complete"),
        ("a.csv", b"PK\x03\x04 no csv", "Excel file or an archive under another name"),
        ("a.csv", b"one,two\n1,2\n", "not known: one, two"),
        ("a.json", b"[\x00]", "NUL"),
        ("a.json", '["é"]'.encode("latin-1"), "not UTF-8"),
        ("a.json", b'{"a": 1}', "list"),
        ("a.txt", b"nothing here", "#Q"),
        ("a.pdf", b"%PDF", "not known"),
    ],
)
def test_unreadable_file_gets_one_clear_line(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        parse(data, file_name=name, name=None)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.gift", b"$CATEGORY: top/Networks"),
        ("a.json", b"[]"),
        ("a.csv", b"stem,correct,choice_1\n"),
    ],
)
def test_file_without_a_question_says_so(db: None, name: str, data: bytes) -> None:
    with pytest.raises(FormatError, match="no question in this file"):
        import_file(file_name=name, data=data, dry_run=True)


def test_choice_that_stands_twice_is_named() -> None:
    data = b"#Q Which sea?\n^ Red\nA Red\nB Black\nC Black\n"

    (error,) = parse(data, file_name="a.txt", name=None).errors

    assert (error.line, error.reason) == (1, "The choice “Black” stands there twice.")


def test_bad_rows_are_refused_by_line_and_the_rest_is_read() -> None:
    data = ham(ROW, ROW | {"id": "nonsense"}, ROW | {"id": "T1A03", "correct": 7}, {"id": "T1A04"})

    parsed = parse(data, file_name="a.json", name="ham")

    assert len(parsed.questions) == 1
    assert [error.line for error in parsed.errors] == [11, 20, 29]


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["\0", "\ud800", "x" * 100_000])
def test_value_that_no_row_can_hold_is_refused_by_its_line(value: str) -> None:
    good = {"stem": "s", "choices": [{"text": "a", "is_correct": True}, {"text": "b"}]}
    data = json.dumps([good | {"difficulty": value}, good, good | {value: 1}]).encode()

    batch = preview_import(file_name="a.json", data=data, user=None)

    assert batch.counts["created"] == 1
    assert [len(error["reason"]) <= 501 for error in batch.errors] == [True, True]


def test_figures_that_are_nested_too_deeply_are_refused_by_line() -> None:
    data = b'stem,correct,choice_1,media\ns,1,a,"' + b"[" * 100_000 + b'"\n'

    (error,) = parse(data, file_name="a.csv", name=None).errors

    assert (error.line, error.reason) == (2, "media is no JSON, or nested too deeply.")


@pytest.mark.django_db
def test_file_over_the_limit_is_refused(settings: Any) -> None:
    settings.STEWARD_IMPORT_MAX_MB = 0
    with pytest.raises(FormatError, match="limit"):
        run(ham(ROW))


OWN = [
    ["external_id", "exam", "stem", "correct", "choice_1", "choice_2"],
    *([f"N{n}", "NET", f"Number {n}?", "1", "Yes", "No"] for n in range(20)),
]


def own(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


@pytest.mark.parametrize("edited", [False, True])
def test_import_takes_as_many_queries_for_20_rows_as_for_1(
    bank: None, edited: bool, django_assert_max_num_queries: Any
) -> None:
    if edited:
        import_file(file_name="a.csv", data=own(OWN))
    rows = [[*row[:-1], "Never" if edited else "No"] for row in OWN[1:]]
    with django_assert_max_num_queries(80) as few:
        import_file(file_name="a.csv", data=own([OWN[0], rows[0]]))
    with django_assert_max_num_queries(len(few)):
        batch = import_file(file_name="a.csv", data=own([OWN[0], *rows[1:]]))

    assert batch.counts["changed" if edited else "created"] == 19


def test_preview_names_questions_that_read_like_another(bank: None, editor: User) -> None:
    stem = Question.objects.get(external_id="NET-001").stem
    rows = [OWN[0], ["N1", "NET", f"{stem} Really", "1", "a", "b"], OWN[2]]

    batch = preview_import(file_name="a.csv", data=own(rows), user=editor)

    assert [row["line"] for row in batch.report["duplicates"]] == [2]
    assert batch.report["duplicates"][0]["other"].startswith("NET-001")


def test_what_the_file_does_not_say_stays_as_it_is(bank: None) -> None:
    before = Question.objects.with_content().get(external_id="NET-001")
    choices = [[c.text, c.is_correct] for c in before.choices.all()]
    header = ["external_id", "exam", "stem", "correct", *(f"choice_{n + 1}" for n in range(4))]
    right = ";".join(str(n + 1) for n, (_, ok) in enumerate(choices) if ok)
    row = ["NET-001", "NET", "Another stem?", right, *(text for text, _ in choices)]

    import_file(file_name="a.csv", data=own([header[: len(row)], row]))

    after = Question.objects.get(pk=before.pk)
    assert after.stem == "Another stem?"
    for name in ("explanation", "difficulty", "tags", "subject_id", "kind"):
        assert getattr(after, name) == getattr(before, name)
    assert after.has_unpublished_changes


def test_undo_of_two_imports_in_turn_brings_the_first_text_back(bank: None) -> None:
    question = Question.objects.get(external_id="NET-001")
    header = ["id", "stem", "correct", "choice_1", "choice_2"]
    batches = [
        import_file(file_name="a.csv", data=own([header, [str(question.pk), stem, "1", "a", "b"]]))
        for stem in ("Second?", "Third?")
    ]

    for batch in reversed(batches):
        assert undo_import(batch=batch) == {"undone": 1, "kept": 0}

    assert Question.objects.get(pk=question.pk).stem == question.stem


def test_undo_keeps_a_question_whose_former_category_is_gone(bank: None) -> None:
    question = Question.objects.get(external_id="NET-001")
    old = Category.objects.create(exam=question.numbered_by, code="OLD", name="Old")
    QuestionCategory.objects.filter(question=question).delete()
    QuestionCategory.objects.create(question=question, category=old, is_primary=True)
    header = ["id", "stem", "correct", "choice_1", "choice_2", "categories"]
    row = [str(question.pk), "Moved?", "1", "a", "b", ""]
    batch = import_file(file_name="a.csv", data=own([header, row]))
    old.delete()

    assert undo_import(batch=batch) == {"undone": 0, "kept": 1}
    assert Question.objects.get(pk=question.pk).stem == "Moved?"


@pytest.mark.django_db
def test_undo_keeps_a_question_that_another_one_duplicates() -> None:
    batch = import_file(file_name="pool.json", data=ham(ROW, ROW | {"id": "T1A02"}), exam="T")
    kept, other = Question.objects.order_by("external_id")
    Question.objects.filter(pk=other.pk).update(status="retired", duplicate_of=kept)

    assert undo_import(batch=batch) == {"undone": 0, "kept": 2}
    assert batch.items.get(question=kept).undo_result == (
        "Kept: another question is its duplicate."
    )


@pytest.mark.django_db
def test_undo_retires_what_was_answered_since() -> None:
    batch = import_file(file_name="pool.json", data=ham(ROW), publish=True)
    Question.objects.update(answered=True)

    assert undo_import(batch=batch) == {"undone": 0, "kept": 1}
    assert Question.objects.get().status == "retired"


@pytest.mark.django_db
def test_undo_takes_published_questions_and_their_places_away() -> None:
    batch = import_file(file_name="pool.json", data=ham(ROW), publish=True)

    undo_import(batch=batch)

    assert not Question.objects.exists()
    assert not Category.objects.exists()
    assert not Exam.objects.exists()


@pytest.mark.django_db
def test_publish_says_what_could_not_be_published() -> None:
    rows = [["stem", "kind", "correct", "choice_1"], ["Is it?", "true_false", "1", "Yes"]]

    batch = import_file(file_name="a.csv", data=own(rows), publish=True)

    assert Question.objects.get().status == "draft"
    assert "Not published" in batch.items.get().note


def test_two_codes_of_one_place_are_one(bank: None) -> None:
    place = Category.objects.filter(exam__code="NET").earliest("pk").code
    header = ["stem", "correct", "choice_1", "exams", "categories"]
    row = ["Is it?", "1", "Yes", "NET;net", f"{place};net:{place}"]

    assert import_file(file_name="a.csv", data=own([header, row])).errors == []

    question = Question.objects.get(stem="Is it?")
    assert question.exams.count() == question.categories.count() == 1
