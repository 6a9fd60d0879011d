"""Pause, resume, complete, abandon; and answers that waited meanwhile."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from quizbank import intake
from quizbank.actions import Refused
from tests.assessments.roles import MEMBER, ask
from tests.quizbank.intake.sessions import (
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


STEPS = (
    "pause_quiz_session(%s)",
    "resume_quiz_session(%s)",
    "complete_quiz_session(%s)",
    "abandon_quiz_session(%s)",
)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_for_the_own_session(ada: UUID, bo: UUID, step: str) -> None:
    session = start(ada, bank(1))
    with pytest.raises(DatabaseError, match="no such session of yours"), transaction.atomic():
        ask(MEMBER, bo, f"SELECT {step}", session)


def test_a_pause_stops_the_clock(ada: UUID, submit: Submit) -> None:
    questions = bank(1)
    session = start(ada, questions, mode="timed", time_limit=60)
    intake.pause_session(session=session)
    before = session_row(session, "expires_at", "paused_at")
    ends = intake.resume_session(session=session)
    assert ends > before[0]
    assert session_row(session, "paused_at", "status") == (None, "active")
    assert outcomes(submit(session, ada, answer(questions[0]))) == ["recorded"]


def test_a_paused_session_makes_room_and_waits_for_its_turn(ada: UUID) -> None:
    bank(1)
    long = intake.start_session(member=ada).session
    intake.pause_session(session=long)
    short = intake.start_session(member=ada).session
    with pytest.raises(Refused, match="Another session is going"):
        intake.resume_session(session=long)
    intake.complete_session(session=short)
    intake.resume_session(session=long)


def test_completion_skips_what_is_open_and_scores(ada: UUID) -> None:
    questions = bank(3)
    session = start(ada, questions)
    by_python(session, ada, answer(questions[0]), answer(questions[1], right=False))
    assert str(intake.complete_session(session=session)) == "33.33"
    assert run("SELECT status, is_correct FROM answers WHERE question_id = %s",
               questions[2][0]) == [("skipped", None)]  # fmt: skip
    assert session_row(session, "status", "skipped_count") == ("completed", 1)
    assert str(intake.complete_session(session=session)) == "33.33"


def test_an_ended_session_takes_no_step(ada: UUID) -> None:
    session = start(ada, bank(1))
    intake.abandon_session(session=session, reason="too_hard")
    assert session_row(session, "abandon_reason") == ("too_hard",)
    for step in (
        intake.pause_session,
        intake.resume_session,
        intake.complete_session,
        intake.abandon_session,
    ):
        with pytest.raises(Refused, match="The session is abandoned"):
            step(session=session)


def test_an_unknown_reason_is_refused(ada: UUID) -> None:
    session = start(ada, bank(1))
    with pytest.raises(Refused, match="A reason is"):
        intake.abandon_session(session=session, reason="bored")


AGO = "expires_at = started_at + interval '1 microsecond'"


def test_sessions_whose_time_is_over_are_closed_as_they_stand(ada: UUID, bo: UUID) -> None:
    questions = bank(2)
    answered, untouched = start(ada, questions), start(bo, questions)
    by_python(answered, ada, answer(questions[0]))
    run(f"UPDATE quiz_sessions SET {AGO}")
    assert value("SELECT close_expired_quiz_sessions()") == 2
    assert session_row(answered, "status", "score::text") == ("completed", "50.00")
    assert session_row(untouched, "status", "abandon_reason") == ("abandoned", "timed_out")


def test_a_forgotten_session_does_not_keep_one_from_the_next(ada: UUID) -> None:
    questions = bank(1)
    first = start(ada, questions)
    run(f"UPDATE quiz_sessions SET {AGO}")
    start(ada, questions)
    assert session_row(first, "status") == ("abandoned",)


# --- Answers that waited -------------------------------------------------------------------------
def test_answers_given_in_time_count_after_the_completion(ada: UUID) -> None:
    questions = bank(2)
    session = start(ada, questions)
    received = value("SELECT clock_timestamp()")
    assert intake.complete_session(session=session) == 0
    rows = intake.submit_answers(
        session=session, member=ada, answers=[answer(questions[0])], received_at=received
    )
    assert outcomes(rows) == ["recorded"]
    assert session_row(session, "score::text", "answered_count", "skipped_count", "status") == (
        "50.00",
        1,
        1,
        "completed",
    )
    assert run("SELECT status, count(*) FROM answers GROUP BY 1 ORDER BY 1") == [
        ("answered", 1),
        ("skipped", 1),
    ]
    again = intake.submit_answers(
        session=session, member=ada, answers=[answer(questions[0])], received_at=received
    )
    assert outcomes(again) == ["duplicate"]
    assert session_row(session, "score::text") == ("50.00",)


def test_answers_given_before_the_pause_count(ada: UUID) -> None:
    questions = bank(1)
    session = start(ada, questions)
    received = value("SELECT clock_timestamp()")
    intake.pause_session(session=session)
    rows = intake.submit_answers(
        session=session, member=ada, answers=[answer(questions[0])], received_at=received
    )
    assert outcomes(rows) == ["recorded"]


def test_nothing_comes_in_for_who_is_erased(ada: UUID) -> None:
    question = published(("yes", True, None), kind="short_answer")
    session = start(ada, [question, *bank(1)])
    by_python(session, ada, {"question_id": str(question[0]), "text": "I am Ada"})
    run("SELECT erase_member(%s)", ada)
    assert run("SELECT given_text, is_correct FROM answers") == [(None, False)]
    rest = session_row(session, "question_ids")[0][1]
    (row,) = by_python(session, ada, {"question_id": str(rest), "choices": [1]})
    assert row.reason == "There is no such session of yours."
    with pytest.raises(Refused, match="no such active member"):
        intake.start_session(member=ada)
