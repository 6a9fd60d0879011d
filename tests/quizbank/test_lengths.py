"""Names and texts of the bank have an end: in SQL, in forms, in files, and for rows of before."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from quizbank.formats import parse
from quizbank.importing import import_file
from quizbank.models import Exam
from tests.quizbank.learning import run
from tests.screens import visit_as

pytestmark = pytest.mark.django_db
LIGHTNING = "lightning_round_questions"
LIMITS = [
    ("exams", "title", 200, "exam_title_is_short"),
    ("exams", "description", 100_000, "exam_description_is_bounded"),
    ("subjects", "name", 200, "subject_name_is_short"),
    ("categories", "name", 200, "category_name_is_short"),
    (LIGHTNING, "question", 1_000, "lightning_question_is_short"),
    (LIGHTNING, "correct_answer", 200, "lightning_answer_is_short"),
    (LIGHTNING, "explanation", 100_000, "lightning_explanation_is_bounded"),
]


def make_rows() -> None:
    run("INSERT INTO exams (code, title, description) VALUES ('NET', 'Networks', '')")
    run("INSERT INTO subjects (code, name) VALUES ('ip', 'Addresses')")
    run(
        "INSERT INTO categories (kind, code, name, position) VALUES ('system', 'a', 'Addresses', 0)"
    )
    run(
        f"INSERT INTO {LIGHTNING} (id, question, correct_answer, accepted_answers, explanation,"
        " question_type, difficulty, is_active)"
        " VALUES ('one', '1 + 1?', '2', '{two}', '', 'math', 'easy', true)"
    )


def refuses(constraint: str, sql: str, *parameters: object) -> None:
    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        run(sql, *parameters)


@pytest.mark.parametrize(("table", "column", "most", "constraint"), LIMITS)
def test_text_has_an_end_in_sql(table: str, column: str, most: int, constraint: str) -> None:
    make_rows()
    change = f"UPDATE {table} SET {column} = repeat('ü', %s)"
    run(change, most)
    refuses(constraint, change, most + 1)


def test_accepted_answers_have_an_end_together() -> None:
    make_rows()
    change = f"UPDATE {LIGHTNING} SET accepted_answers = ARRAY[repeat('x', 4000), repeat('y', %s)]"
    run(change, 1_000)
    refuses("lightning_accepted_answers_are_short", change, 1_001)


@pytest.mark.parametrize(
    ("page", "field", "most", "words"),
    [
        ("exam", "title", 200, "Title has 200 characters at most."),
        ("exam", "description", 100_000, "Description has 100,000 characters at most."),
        ("subject", "name", 200, "Name has 200 characters at most."),
        ("category", "name", 200, "Name has 200 characters at most."),
        ("lightningquestion", "question", 1_000, "Question has 1,000 characters at most."),
        ("lightningquestion", "correct_answer", 200, "Correct answer has 200 characters at most."),
        (
            "lightningquestion",
            "accepted_answers",
            5_000,
            "Accepted answers have 5,000 characters at most together.",
        ),
    ],
)
def test_form_says_what_the_database_refuses(page: str, field: str, most: int, words: str) -> None:
    content = visit_as("content")
    for length, refused in ((most, False), (most + 1, True)):
        answer = content.post(f"/admin/quizbank/{page}/add/", {field: "x" * length})
        assert answer.status_code == 200
        assert (words in answer.content.decode()) is refused


def test_file_with_a_long_name_is_told_its_line() -> None:
    long = "x" * 201
    declared = {
        "exams": [{"code": "A", "title": long}],
        "subjects": [{"code": "b", "name": long}],
        "categories": [{"code": "c", "name": long}],
        "questions": [],
    }
    parsed = parse(file_name="bank.json", data=json.dumps(declared, indent=1).encode(), name=None)

    assert [(error.line, error.reason) for error in parsed.errors] == [
        (3, "title has 201 characters; the limit is 200."),
        (9, "name has 201 characters; the limit is 200."),
        (15, "name has 201 characters; the limit is 200."),
    ]


def test_title_of_an_exam_that_a_pool_makes_is_short() -> None:
    row = {"id": "T1A01", "correct": 1, "question": "What is it?", "answers": ["This", "That"]}
    import_file(file_name="pool.json", data=json.dumps([row]).encode(), exam="x" * 200)

    assert len(Exam.objects.get().title) == 200


def test_rows_of_before_are_named_until_a_person_shortened_them() -> None:
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    make_rows()
    run("SET CONSTRAINTS ALL IMMEDIATE")
    MigrationExecutor(connection).migrate([("quizbank", "0054_no_index_twice")])
    for table, column, most, _ in LIMITS:
        run(f"UPDATE {table} SET {column} = repeat('x', %s)", most + 1)
    run(f"UPDATE {LIGHTNING} SET accepted_answers = ARRAY[repeat('x', 5001)]")
    run("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(CommandError, match=rf"{LIGHTNING}.accepted_answers \(5,000 .*\): one;"):
        MigrationExecutor(connection).migrate(newest)
    for table, column, most, _ in LIMITS:
        run(f"UPDATE {table} SET {column} = repeat('x', %s)", most)
    run(f"UPDATE {LIGHTNING} SET accepted_answers = '{{}}'")
    run("SET CONSTRAINTS ALL IMMEDIATE")
    MigrationExecutor(connection).migrate(newest)

    assert run("SELECT conname FROM pg_constraint WHERE contype = 'c' AND NOT convalidated") == []
