"""Submits, steps and completions at the same moment, on connections of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from quizbank import intake
from quizbank.actions import Refused
from quizbank.intake import Outcome
from tests.quizbank.intake.sessions import answer, start
from tests.quizbank.learning import learner, published, run, value

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 8


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each returned, or the refusal that it got."""
    barrier = Barrier(len(calls))

    def work(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=120)
            return call()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(work, calls))


@pytest.fixture
def bank() -> list[tuple[UUID, UUID]]:
    return [published(stem=f"Question {n}?") for n in range(12)]


def figures(session: UUID) -> tuple[Any, ...]:
    return run(
        "SELECT s.answered_count, s.correct_count, count(*) FILTER (WHERE a.status = 'answered'),"
        " count(*) FILTER (WHERE a.is_correct) FROM quiz_sessions AS s"
        " LEFT JOIN answers AS a ON a.session_id = s.id WHERE s.id = %s GROUP BY s.id",
        session,
    )[0]


def test_a_double_submit_counts_once(bank: list[tuple[UUID, UUID]]) -> None:
    for n in range(ROUNDS):
        member = learner(f"Ada {n}")
        session = start(member, bank)
        batch = [answer(question) for question in bank]

        def submit(
            session: UUID = session, member: UUID = member, batch: Any = batch
        ) -> list[Outcome]:
            return intake.submit_answers(session=session, member=member, answers=batch)

        results = at_once(*[submit] * 4)
        found = sorted(row.outcome for rows in results for row in rows)
        assert found == ["duplicate"] * 36 + ["recorded"] * 12
        assert figures(session) == (12, 12, 12, 12)


def test_two_tabs_that_disagree_leave_one_answer(bank: list[tuple[UUID, UUID]]) -> None:
    for n in range(ROUNDS):
        member = learner(f"Ada {n}")
        session = start(member, bank)
        tabs = [
            [answer(question, right=right) for question in order]
            for right, order in ((True, bank), (False, bank[::-1]))
        ]
        results = at_once(
            *(
                lambda tab=tab, session=session, member=member: intake.submit_answers(
                    session=session, member=member, answers=tab
                )
                for tab in tabs
            )
        )
        assert sum(row.outcome == "recorded" for rows in results for row in rows) == 12
        answered, correct, rows, right = figures(session)
        assert (answered, rows) == (12, 12)
        assert correct == right in (0, 12)


def test_an_answer_is_in_the_score_or_refused(bank: list[tuple[UUID, UUID]]) -> None:
    for n in range(ROUNDS):
        member = learner(f"Ada {n}")
        session = start(member, bank)
        rows, score = at_once(
            lambda session=session, member=member: intake.submit_answers(
                session=session, member=member, answers=[answer(question) for question in bank]
            ),
            lambda session=session: intake.complete_session(session=session),
        )
        recorded = sum(row.outcome == "recorded" for row in rows)
        assert recorded in (0, 12)
        assert score == (100 if recorded else 0)
        assert figures(session) == (recorded,) * 4
        assert value("SELECT count(*) FROM answers WHERE session_id = %s", session) == 12


def test_of_two_starts_one_wins(bank: list[tuple[UUID, UUID]]) -> None:
    for n in range(ROUNDS):
        member = learner(f"Ada {n}")
        results = at_once(*[lambda member=member: start(member, bank)] * 3)
        refused = [result for result in results if isinstance(result, Refused)]
        assert [str(refusal) for refusal in refused] == [
            "This member has an active session already."
        ] * 2


def test_of_pause_complete_and_abandon_one_wins(bank: list[tuple[UUID, UUID]]) -> None:
    for n in range(ROUNDS):
        session = start(learner(f"Ada {n}"), bank)
        results = at_once(
            lambda session=session: intake.abandon_session(session=session),
            lambda session=session: intake.complete_session(session=session),
        )
        status = value("SELECT status FROM quiz_sessions WHERE id = %s", session)
        refused = [isinstance(result, Refused) for result in results]
        assert (status, refused) in (("abandoned", [False, True]), ("completed", [True, False]))


def test_two_members_answer_unanswered_questions_in_opposite_order(
    bank: list[tuple[UUID, UUID]],
) -> None:
    """Nobody waits for the other in a circle."""
    for n in range(ROUNDS):
        questions = [published(stem=f"Round {n}, question {m}?") for m in range(12)]
        calls = []
        for name, order in (("Ada", questions), ("Bo", questions[::-1])):
            member = learner(f"{name} {n}")
            session = start(member, order)
            batch = [answer(question) for question in order]
            calls.append(
                lambda session=session, member=member, batch=batch: intake.submit_answers(
                    session=session, member=member, answers=batch
                )
            )
        results = at_once(*calls)
        assert {row.outcome for rows in results for row in rows} == {"recorded"}
        keys = [key for key, _ in questions]
        assert value("SELECT bool_and(answered) FROM questions WHERE id = ANY (%s)", keys)
