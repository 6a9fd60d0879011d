"""Draws from pools beside the seed's ORDER BY RANDOM(), and the rebuild of the pools.

Each figure is the time of a call in the server, warm: the median and p95 of 50 calls, each with
another member and filter.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from time import perf_counter
from typing import Any

import pytest

from tests.bench.learners import fill_learners
from tests.quizbank.learning import run, value

pytestmark = pytest.mark.django_db

CALLS, WARM = 50, 10
# Milliseconds, p95.
GOALS = {"filter": 3, "adaptive": 20, "weak_areas": 20}


@pytest.fixture(scope="module")
def stock(big_bank: int, django_db_blocker: Any) -> int:
    with django_db_blocker.unblock():
        fill_learners(500 if big_bank > 1_000 else 5)
    return big_bank


def milliseconds(call: Callable[[], Any]) -> float:
    started = perf_counter()
    call()
    return 1_000 * (perf_counter() - started)


def spread(calls: Iterator[Callable[[], Any]]) -> tuple[float, float]:
    """(median, p95)."""
    for _ in range(WARM):
        next(calls)()
    times = sorted(milliseconds(next(calls)) for _ in range(CALLS))
    return times[CALLS // 2], times[CALLS * 95 // 100]


def members() -> list[Any]:
    return [key for (key,) in run("SELECT id FROM members WHERE display_name LIKE 'Bench%%'")]


def filters() -> list[dict[str, Any]]:
    """What is asked for most is narrow; the widest is the whole bank."""
    rows = run(
        "SELECT system_id, topic_id, subject_id, difficulty FROM question_pools"
        " WHERE exam_id IS NULL ORDER BY random() LIMIT 10"
    )
    (exams,) = run("SELECT array_agg(id) FROM exams WHERE code LIKE 'B_'")[0]
    found: list[dict[str, Any]] = [{}, {"difficulty": "hard"}, {"exam": exams[0]}]
    for number, (system, topic, subject, difficulty) in enumerate(rows):
        found += [
            {"system": system, "topic": topic, "difficulty": difficulty},
            {"system": system},
            {"subject": subject},
            {"exam": exams[number % len(exams)], "difficulty": difficulty},
        ]
    return found


def draws(pattern: str, count: int, wanted: list[dict[str, Any]]) -> Iterator[Callable[[], Any]]:
    query = "SELECT * FROM draw_questions(%s, %s, %s, %s)"
    for who, chosen in zip(cycle(members()), cycle(wanted), strict=False):
        yield partial(run, query, who, pattern, json.dumps(chosen), count)


def seeds(wanted: list[dict[str, Any]], rate: str = "") -> Iterator[Callable[[], Any]]:
    """Pattern 1 and 2 of the seed, on our names."""
    columns = {
        "system": "q.system_id = %s",
        "topic": "q.topic_id = %s",
        "subject": "q.subject_id = %s",
        "difficulty": "q.difficulty = %s",
        "exam": "EXISTS (SELECT FROM question_exams AS e"
        " WHERE e.question_id = q.id AND e.exam_id = %s)",
    }
    for chosen in cycle(wanted):
        parts = ["q.status = 'active'", *([rate] if rate else [])]
        where = " AND ".join([*parts, *(columns[name] for name in chosen)])
        query = f"SELECT q.* FROM questions AS q WHERE {where} ORDER BY random() LIMIT 50"
        yield partial(run, query, *chosen.values())


@pytest.mark.parametrize("pattern", list(GOALS))
def test_draws_are_instant(stock: int, pattern: str, capsys: Any) -> None:
    wanted = filters()
    ours = spread(draws(pattern, 50, wanted))
    rate = "success_rate BETWEEN 40 AND 70" if pattern == "adaptive" else ""
    theirs = spread(seeds(wanted, rate))
    with capsys.disabled():
        print(
            f"\n{pattern}: median {ours[0]:.1f} ms, p95 {ours[1]:.1f} ms;"
            f" ORDER BY RANDOM() {theirs[0]:.1f}, {theirs[1]:.1f}"
        )
    assert stock


def test_rebuild(stock: int, capsys: Any) -> None:
    everything = milliseconds(lambda: run("SELECT rebuild_question_pools()"))
    run(
        "UPDATE questions SET difficulty = 'hard' WHERE id ="
        " (SELECT question_ids[1] FROM question_pools WHERE difficulty = 'easy' LIMIT 1)"
    )
    some = milliseconds(lambda: run("SELECT rebuild_waiting_pools(250)"))
    pools = value("SELECT count(*) FROM question_pools")
    with capsys.disabled():
        print(f"\nrebuild of {pools:,} pools: {everything:,.0f} ms; of one change: {some:.1f} ms")
