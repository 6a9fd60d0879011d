"""Answers: the same from Python and from SQL as the client role."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from quizbank.actions import Refused
from tests.assessments.roles import MEMBER, ask
from tests.quizbank.intake.sessions import (
    CHOICES,
    Submit,
    answer,
    bank,
    by_python,
    outcomes,
    session_row,
    start,
)
from tests.quizbank.learning import published, run, value

pytestmark = pytest.mark.django_db


def test_answers_are_judged_and_counted(ada: UUID, submit: Submit) -> None:
    questions = bank(3)
    session = start(ada, questions)
    given = [answer(questions[0], time_ms=1200), answer(questions[1], right=False)]
    rows = submit(session, ada, *given)
    assert [(row.outcome, row.is_correct) for row in rows] == [
        ("recorded", True),
        ("recorded", False),
    ]
    assert session_row(session, "answered_count", "correct_count") == (2, 1)
    assert run("SELECT time_ms, is_correct, revision_id FROM answers WHERE question_id = %s",
               questions[0][0]) == [(1200, True, questions[0][1])]  # fmt: skip
    assert value("SELECT count(*) FROM questions WHERE answered") == 2


def test_timed_mode_keeps_the_judgement_until_the_end(ada: UUID, submit: Submit) -> None:
    questions = bank(2)
    session = start(ada, questions, mode="timed", time_limit=600)
    assert submit(session, ada, answer(questions[0]))[0].is_correct is None
    results = "SELECT question_id, is_correct FROM get_quiz_results(%s)"
    assert ask(MEMBER, ada, results, session) == [(questions[0][0], None)]
    assert ask(MEMBER, ada, "SELECT complete_quiz_session(%s)", session) == [(50,)]
    assert ask(MEMBER, ada, results, session) == [(questions[0][0], True), (questions[1][0], None)]


def test_the_first_answer_counts(ada: UUID, submit: Submit) -> None:
    questions = bank(2)
    session = start(ada, questions)
    twice = [answer(questions[0]), answer(questions[0], right=False)]
    assert outcomes(submit(session, ada, *twice)) == ["recorded", "duplicate"]
    assert outcomes(submit(session, ada, *twice)) == ["duplicate", "duplicate"]
    assert session_row(session, "answered_count", "correct_count") == (1, 1)
    assert value("SELECT count(*) FROM uncounted_answers") == 1


def test_foreign_answers_are_refused(ada: UUID, bo: UUID, submit: Submit) -> None:
    mine, other = bank(2)
    session = start(ada, [mine])
    rows = submit(session, ada, answer(other), {"question_id": "x"}, {}, 7, None, [1])
    assert {(row.outcome, row.reason) for row in rows} == {
        ("refused", "The question is not one of this session.")
    }
    assert submit(session, bo, answer(mine))[0].reason == "There is no such session of yours."
    assert submit(uuid4(), ada, answer(mine))[0].reason == "There is no such session of yours."
    assert value("SELECT count(*) FROM answers") == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("status = 'completed', completed_at = now(), score = 0", "The session is completed."),
        ("status = 'abandoned', abandon_reason = 'left'", "The session was abandoned."),
        ("status = 'paused', paused_at = now()", "The session is paused: resume it first."),
        ("expires_at = started_at + interval '1 microsecond'", "The time of the session is over."),
    ],
)
def test_late_answers_are_refused(ada: UUID, submit: Submit, change: str, reason: str) -> None:
    questions = bank(2)
    session = start(ada, questions)
    run("UPDATE quiz_sessions SET last_activity_at = now(), completed_at = NULL")
    run(f"UPDATE quiz_sessions SET {change.replace('now()', 'clock_timestamp()')}")
    rows = submit(session, ada, answer(questions[0]), answer(questions[1]))
    assert [(row.outcome, row.reason) for row in rows] == [("refused", reason)] * 2


def test_one_bad_answer_leaves_the_others(ada: UUID, submit: Submit) -> None:
    questions = bank(3)
    session = start(ada, questions)
    rows = submit(
        session,
        ada,
        answer(questions[0]),
        {"question_id": str(questions[1][0]), "choices": ["; DROP TABLE answers"]},
        answer(questions[2], time_ms=-1),
        answer(questions[2], time_ms="soon"),
        answer(questions[2], time_ms=1e300),
        answer(questions[2], time_ms=None),
    )
    assert outcomes(rows) == ["recorded", *["refused"] * 4, "recorded"]
    assert rows[2].reason == "A time is 0 to 86,400,000 milliseconds."


@pytest.mark.parametrize("batch", [[], [{}] * 51, {}, "x", None])
def test_a_batch_is_1_to_50(ada: UUID, batch: Any) -> None:
    session = start(ada, bank(1))
    with pytest.raises(DatabaseError, match="1 to 50"), transaction.atomic():
        ask(MEMBER, ada, "SELECT * FROM submit_answers(%s, %s)", session, json.dumps(batch))


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_characters_that_are_none_are_refused(ada: UUID, text: str) -> None:
    question = published(("yes", True, None), kind="short_answer")
    session = start(ada, [question])
    given = {"question_id": str(question[0]), "text": text}
    with pytest.raises(Refused):
        by_python(session, ada, given)
    assert value("SELECT count(*) FROM answers") == 0


KINDS = [
    ("single", [("a", True, None), ("b", False, None)]),
    ("multiple", [("a", True, None), ("b", True, None), ("c", False, None)]),
    ("true_false", [("True", True, None), ("False", False, None)]),
    ("short_answer", [("Zürich", True, None), ("Zurich", True, None), ("Bern", False, None)]),
    ("numeric", [("3.14", True, "0.01"), ("1e3", True, "0")]),
]


@pytest.mark.parametrize(
    ("kind", "given", "judged"),
    [
        ("single", [0], True),
        ("single", [1], False),
        ("single", [0, 1], "one choice"),
        ("single", [], "list of choices"),
        ("single", "a", "list of choices"),
        ("true_false", [0], True),
        ("true_false", [1], False),
        ("multiple", [0, 1], True),
        ("multiple", [1, 0], True),
        ("multiple", [0], False),
        ("multiple", [0, 1, 2], False),
        ("multiple", [0, 0], "given twice"),
        ("multiple", [0, 9], "not one of this question"),
        ("short_answer", "zürich", True),
        ("short_answer", "  ZURICH\n", True),
        ("short_answer", "\uff3aürich", True),
        ("short_answer", "Bern", False),
        ("short_answer", "z", False),
        ("short_answer", " ", "empty"),
        ("short_answer", "x" * 1001, "1,000 characters"),
        ("short_answer", 7, "with a text"),
        ("short_answer", [0], "with a text"),
        ("numeric", "3.15", True),
        ("numeric", "3.13", True),
        ("numeric", "3.1501", False),
        ("numeric", 3.14, True),
        ("numeric", " +1000 ", True),
        ("numeric", "1e3", True),
        ("numeric", "\u22123.14", False),
        ("numeric", "3,14", "not a number"),
        ("numeric", "NaN", "not a number"),
        ("numeric", "Infinity", "not a number"),
        ("numeric", "1e99999", "not a number"),
        ("numeric", "1" * 61, "not a number"),
        ("numeric", "", "empty"),
        ("numeric", True, "with a text"),
    ],
)
def test_every_kind_is_judged(ada: UUID, kind: str, given: Any, judged: bool | str) -> None:
    question, revision = published(*dict(KINDS)[kind], kind=kind)
    keys = [int(key) for (key,) in run(f"{CHOICES} WHERE id = %s", revision)]
    one: dict[str, Any] = {"question_id": str(question)}
    if isinstance(given, list):
        one["choices"] = [keys[n] if n < len(keys) else 10**12 + n for n in given]
    else:
        one["text"] = given
    session = start(ada, [(question, revision)])
    (row,) = by_python(session, ada, one)
    if isinstance(judged, bool):
        assert (row.outcome, row.is_correct) == ("recorded", judged)
    else:
        assert row.outcome == "refused"
        assert judged in str(row.reason)


def test_learners_get_the_questions_without_the_key(ada: UUID, bo: UUID) -> None:
    typed = published(("42", True, "0"), kind="numeric")
    session = start(ada, [*bank(1), typed])
    query = "SELECT kind, stem, choices FROM get_quiz_questions(%s)"
    (kind, stem, choices), typed_row = ask(MEMBER, ada, query, session)
    assert (kind, stem) == ("single", "Question 0?")
    assert [sorted(choice) for choice in json.loads(choices)] == [["id", "text"]] * 2
    assert typed_row[2] == "[]"
    assert ask(MEMBER, bo, query, session) == []
