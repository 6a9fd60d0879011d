"""What a session starts with, and what it refuses."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from quizbank import intake
from quizbank.actions import Refused
from tests.assessments.roles import MEMBER, ask
from tests.quizbank.intake.sessions import (
    bank,
    session_row,
)
from tests.quizbank.learning import run, value

pytestmark = pytest.mark.django_db

SOME = "0198f0aa-aaaa-7aaa-8aaa-aaaaaaaaaaaa"


def test_a_session_freezes_what_is_published_at_its_start(ada: UUID) -> None:
    (question, revision), *_ = bank(1)
    session = intake.start_session(member=ada, count=10).session
    run("UPDATE questions SET stem = 'Edited?' WHERE id = %s", question)
    later = value(
        "INSERT INTO question_revisions (question_id, reason) VALUES (%s, '') RETURNING id",
        question,
    )
    run("UPDATE questions SET published_revision_id = %s", later)
    assert session_row(session, "question_ids", "revision_ids") == ([question], [revision])
    ((stem,),) = ask(MEMBER, ada, "SELECT stem FROM get_quiz_questions(%s)", session)
    assert stem == "Question 0?"


def test_a_learner_starts_by_the_same_function(ada: UUID) -> None:
    bank(5)
    ((session,),) = ask(MEMBER, ada, "SELECT start_quiz_session(%s, 3)", ada)
    assert session_row(session, "user_id", "question_count", "status") == (ada, 3, "active")


def test_a_session_with_fewer_questions_than_asked_for_says_why(ada: UUID) -> None:
    bank(2)
    enough = intake.start_session(member=ada, count=2)
    intake.abandon_session(session=enough.session)
    fewer = intake.start_session(member=ada, count=10)
    assert (enough.shortage, fewer.shortage) == (
        "", "2 of 10 questions. 2 published questions match."
    )  # fmt: skip


def test_nobody_starts_for_somebody_else(ada: UUID, bo: UUID) -> None:
    bank(1)
    with pytest.raises(DatabaseError, match="for oneself"), transaction.atomic():
        ask(MEMBER, bo, "SELECT start_quiz_session(%s)", ada)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"count": 0}, "1 to 100"),
        ({"count": 101}, "1 to 100"),
        ({"pattern": "random"}, "no pattern"),
        ({"filters": {"colour": 1}}, "no filter"),
        ({"filters": {"topic": "x"}}, "number of a row"),
        ({"filters": {"difficulty": "insane"}}, "easy, medium or hard"),
        (
            {"filters": {"difficulty": "hard"}},
            "No question can be drawn. 0 published questions match",
        ),
        ({"filters": {"questions": []}}, "and for no other"),
        ({"pattern": "chosen"}, "and for no other"),
        ({"pattern": "chosen", "filters": {"questions": ["x", None, 1]}}, "0 of the chosen"),
        ({"pattern": "adaptive"}, "published questions that match, 0 have a success rate"),
        ({"pattern": "weak_areas"}, "no category under 60 percent"),
        ({"time_limit": 59}, "60 seconds or more"),
        ({"mode": "exam"}, "no mode “exam”"),
        ({"question_mode": "random"}, "no question mode “random”"),
        ({"pattern": "chosen", "filters": {"questions": [1, 1]}}, "chosen once"),
        *(
            ({"pattern": "chosen", "filters": {"questions": [SOME, again]}}, "chosen once")
            for again in (SOME.upper(), SOME.replace("-", ""), f"{{{SOME}}}")
        ),
        ({"filters": {"exam": 99999}}, "No question can be drawn. 0 published questions match"),
        ({"member": UUID(int=7)}, "no such active member"),
    ],
)
def test_a_start_that_makes_no_sense_is_refused(
    ada: UUID, given: dict[str, Any], reason: str
) -> None:
    bank(1)
    with pytest.raises(Refused, match=reason):
        intake.start_session(**{"member": ada} | given)


def test_a_second_session_is_refused_until_the_first_ends(ada: UUID) -> None:
    bank(1)
    first = intake.start_session(member=ada).session
    with pytest.raises(Refused, match="active session already"):
        intake.start_session(member=ada)
    intake.abandon_session(session=first, reason="no_time")
    intake.start_session(member=ada)


def test_drafts_are_not_drawn(ada: UUID) -> None:
    (live, _), (retired, _) = bank(2)
    run("UPDATE questions SET status = 'retired' WHERE id = %s", retired)
    session = intake.start_session(member=ada).session
    assert session_row(session, "question_ids") == ([live],)


def test_adaptive_and_weak_areas_draw_what_they_say(ada: UUID) -> None:
    questions = bank(3)
    topic = value(
        "INSERT INTO categories (kind, code, name, position) VALUES ('system', 'R', 'R', 0)"
        " RETURNING id"
    )
    topic = value(
        "INSERT INTO categories (parent_id, kind, code, name, position)"
        " VALUES (%s, 'topic', 'OSPF', 'OSPF', 0) RETURNING id",
        topic,
    )
    run("UPDATE questions SET success_rate = 55 WHERE id = %s", questions[0][0])
    run("UPDATE questions SET success_rate = 71 WHERE id = %s", questions[1][0])
    run("INSERT INTO question_categories (question_id, category_id, is_primary)"
        " VALUES (%s, %s, true)", questions[2][0], topic)  # fmt: skip
    run(
        "INSERT INTO user_progress (user_id, area_stats) VALUES (%s, %s)",
        ada,
        json.dumps({topic: {"answered": 10, "correct": 5, "accuracy": 50}}),
    )
    drawn = {}
    for pattern in ("adaptive", "weak_areas"):
        session = intake.start_session(member=ada, pattern=pattern).session
        drawn[pattern] = session_row(session, "question_ids")[0]
        intake.abandon_session(session=session)
    assert drawn == {"adaptive": [questions[0][0]], "weak_areas": [questions[2][0]]}
