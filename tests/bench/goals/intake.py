"""Answers in batches of 50 from four writers, and the figures that follow (issue 5).

Commits, and takes its learners away again with all that they did; questions that nobody had
answered stay marked as answered.
"""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from threading import Event
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from quizbank import intake
from quizbank.intake import counting
from tests.bench import loading
from tests.bench.goals.goal import Figure, Goal
from tests.bench.measuring import ask, figure_of, milliseconds, one, seconds, value

WRITERS, SIZE = 4, 50
MEMBERS = """
    INSERT INTO members (id, display_name) SELECT uuidv7(), 'Bench taker ' || n
    FROM generate_series(1, %s) AS n RETURNING id
"""
REMEMBER = """
    DROP TABLE IF EXISTS bench_difficulty;
    CREATE TABLE bench_difficulty AS TABLE question_difficulty
"""
# Answers are never deleted, but for these.
FORGET = (
    "ALTER TABLE answers DISABLE TRIGGER USER",
    *(
        f"DELETE FROM {table} WHERE user_id = ANY (%(people)s)"
        for table in ("answers", "quiz_sessions", "user_progress", "performance_summaries")
    ),
    "DELETE FROM members WHERE id = ANY (%(people)s)",
    """
    DELETE FROM question_difficulty AS d
    WHERE NOT EXISTS (SELECT FROM bench_difficulty AS b WHERE b.question_id = d.question_id)
    """,
    """
    UPDATE question_difficulty AS d SET
        attempt_count = b.attempt_count, correct_count = b.correct_count,
        total_time_ms = b.total_time_ms, timed_count = b.timed_count, updated_at = b.updated_at
    FROM bench_difficulty AS b
    WHERE b.question_id = d.question_id AND b.attempt_count <> d.attempt_count
    """,
    "DROP TABLE bench_difficulty",
    "ALTER TABLE answers ENABLE TRIGGER USER",
)
LAG = "SELECT EXTRACT(epoch FROM clock_timestamp() - min(added_at)) FROM uncounted_answers"
QUESTIONS = """
    SELECT question_id, (choices -> %s ->> 'id')::bigint FROM get_quiz_questions(%s)
"""

type Batch = dict[str, Any]


@dataclass(frozen=True)
class Taken:
    """Milliseconds, answers a second, seconds."""

    start: Figure
    batch: Figure
    rate: float
    lag: float


@cache
def taken() -> Taken:
    people = [key for (key,) in ask(MEMBERS, [loading.unless_tiny(1_000, 8)])]
    ask(REMEMBER)
    try:
        return write_and_follow(people)
    finally:
        forget(people)


def write_and_follow(people: list[UUID]) -> Taken:
    stop = Event()
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        begun = list(pool.map(begin, [people[n::WRITERS] for n in range(WRITERS)]))
        follower = pool.submit(follow, stop)
        submitted: list[list[float]] = []
        try:
            spent = seconds(
                lambda: submitted.extend(pool.map(submit, [batches for _, batches in begun]))
            )
        finally:
            stop.set()
        lags = follower.result()
    list(counting.count_new_answers())
    return Taken(
        figure_of(time for times, _ in begun for time in times),
        figure_of(time for times in submitted for time in times),
        len(people) * SIZE / spent,
        max(lags, default=0),
    )


def begin(people: list[UUID]) -> tuple[list[float], list[Batch]]:
    """Milliseconds of each start, and what is to be submitted."""
    times, batches = [], []
    try:
        for member in people:
            started: list[UUID] = []
            times.append(milliseconds(lambda: started.append(start(member))))  # noqa: B023
            batches.append(
                {"session": started[0], "member": member, "answers": answers_to(started[0])}
            )
    finally:
        connection.close()
    return times, batches


def start(member: UUID) -> UUID:
    return intake.start_session(member=member, count=SIZE).session


def answers_to(session: UUID) -> list[dict[str, Any]]:
    """Of one who knows seven in ten."""
    rows = ask(QUESTIONS, [0 if random.random() < 0.7 else 1, session])  # noqa: S311
    return [
        {"question_id": str(key), "choices": [choice], "time_ms": 9_000} for key, choice in rows
    ]


def submit(batches: list[Batch]) -> list[float]:
    """Milliseconds of each batch."""
    try:
        return [milliseconds(lambda: intake.submit_answers(**batch)) for batch in batches]  # noqa: B023
    finally:
        connection.close()


def follow(stop: Event) -> list[float]:
    """Seconds that the oldest batch had waited, at each look."""
    lags = []
    try:
        while not stop.wait(0.25):
            lags.append(float(value(LAG) or 0))
            next(counting.count_new_answers(), None)
    finally:
        connection.close()
    return lags


def forget(people: list[UUID]) -> None:
    with transaction.atomic():
        for statement in FORGET:
            ask(statement, {"people": people} if "%(" in statement else None)
    counting.show_success_rates()


GOALS = (
    Goal("start of a session of 50", 5, None, lambda: taken().start),
    Goal("batch of 50 answers, four writers", 5, 10, lambda: taken().batch),
    Goal("answers, four writers", 5, 5_000, lambda: one(taken().rate), unit="/s", at_least=True),
    Goal("figures behind the answers, at most", 5, 5, lambda: one(taken().lag), unit="s"),
)
