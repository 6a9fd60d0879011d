"""Answers at volume: batches of 50, four writers at once, and the figures that follow.

Goals: a batch under 10 ms (p95), 5,000 answers a second, figures within 5 seconds.
"""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from quizbank import intake
from quizbank.intake import counting
from tests.bench.figures import spread_of, tell

WRITERS, SIZE = 4, 50


def run(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall()) if cursor.description else []


def members(count: int) -> list[UUID]:
    rows = run(
        "INSERT INTO members (id, display_name) SELECT uuidv7(), 'Learner ' || n"
        " FROM generate_series(1, %s) AS n RETURNING id",
        count,
    )
    return [key for (key,) in rows]


def answers_to(session: UUID) -> list[dict[str, Any]]:
    """Of one who knows seven in ten."""
    rows = run(
        "SELECT question_id, (choices -> %s ->> 'id')::bigint FROM get_quiz_questions(%s)",
        0 if random.random() < 0.7 else 1,  # noqa: S311
        session,
    )
    return [
        {"question_id": str(key), "choices": [choice], "time_ms": 9_000} for key, choice in rows
    ]


type Batch = dict[str, Any]


def begin(people: list[UUID]) -> tuple[list[float], list[Batch]]:
    """Milliseconds of each start, and what is to be submitted."""
    took, batches = [], []
    try:
        for member in people:
            began = time.perf_counter()
            session = intake.start_session(member=member, count=SIZE).session
            took.append((time.perf_counter() - began) * 1000)
            batches.append({"session": session, "member": member, "answers": answers_to(session)})
    finally:
        connection.close()
    return took, batches


def submit(batches: list[Batch]) -> list[float]:
    """Milliseconds of each batch."""
    took = []
    try:
        for batch in batches:
            began = time.perf_counter()
            intake.submit_answers(**batch)
            took.append((time.perf_counter() - began) * 1000)
    finally:
        connection.close()
    return took


def follow(stop: Event) -> list[float]:
    """Seconds that the oldest batch had waited, at each look."""
    lags = []
    try:
        while not stop.wait(0.25):
            rows = run(
                "SELECT EXTRACT(epoch FROM clock_timestamp() - min(added_at))"
                " FROM uncounted_answers"
            )
            lags.append(float(rows[0][0] or 0))
            next(counting.count_new_answers(), None)
    finally:
        connection.close()
    return lags


@pytest.mark.django_db(transaction=True)
def test_four_writers_and_the_figures_that_follow(
    big_bank: int, django_db_blocker: Any, request: pytest.FixtureRequest
) -> None:
    measured = request.config.getoption("benchmark_enable")
    with django_db_blocker.unblock():
        people = members(2_000 if measured else 8)
        # A bank in use: the first answer of all to a question writes its row, the others do not.
        run("UPDATE questions SET answered = true")
        run("SELECT rebuild_question_pools()")
        run("VACUUM ANALYZE")
        with ThreadPoolExecutor(WRITERS + 1) as pool:
            begun = list(pool.map(begin, [people[n::WRITERS] for n in range(WRITERS)]))
            stop = Event()
            follower = pool.submit(follow, stop)
            began = time.perf_counter()
            submitted = list(pool.map(submit, [batches for _, batches in begun]))
            seconds = time.perf_counter() - began
            stop.set()
            lags = follower.result()
        list(counting.count_new_answers())
        ((written,),) = run("SELECT count(*) FROM answers")
        wrong = [row.figure for row in counting.recount_answers() if row.different]

    batches = spread_of(value for took in submitted for value in took)
    tell(
        "Answers in batches of 50, from 4 writers",
        ("start of a session", spread_of(value for took, _ in begun for value in took), ""),
        ("batch", batches, "p95 under 10 ms"),
        (f"{written:,} answers", f"{written / seconds:,.0f} a second", "5,000"),
        ("figures behind, at most", f"{max(lags, default=0):.1f} s", "under 5 s"),
    )
    assert written == len(people) * SIZE
    assert wrong == []
