"""Rebuilds, edits and draws at the same moment, on connections of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tests.quizbank.learning import run, value
from tests.quizbank.stock import category, draw, rebuild, stocked

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 25


def at_once(*jobs: Callable[[], None]) -> None:
    barrier = Barrier(len(jobs))

    def work(job: Callable[[], None]) -> None:
        try:
            barrier.wait(timeout=120)
            for _ in range(ROUNDS):
                job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        list(pool.map(work, jobs))


def test_draws_go_on_while_pools_are_rebuilt_and_questions_move() -> None:
    topic = category("OSPF", category("ROUTING"))
    questions = stocked(20, topic=topic) + stocked(20)
    rebuild()

    def rebuild_all() -> None:
        run("SELECT list_all_pools()")
        rebuild()

    def move() -> None:
        run(
            "UPDATE questions SET difficulty = CASE difficulty WHEN 'easy' THEN 'hard'"
            " ELSE 'easy' END WHERE id = ANY(%s)",
            questions[::3],
        )

    def draw_ten() -> None:
        drawn = draw(10)
        assert len(set(drawn)) == len(drawn) == 10

    at_once(rebuild_all, rebuild_all, move, draw_ten, draw_ten)
    rebuild()
    assert value("SELECT count(*) FROM waiting_question_pools") == 0
    held = run("SELECT q FROM question_pools, unnest(question_ids) AS q WHERE exam_id IS NULL")
    assert sorted(key for (key,) in held) == sorted(questions)
    assert value(
        "SELECT bool_and(p.difficulty = q.difficulty) FROM question_pools AS p,"
        " unnest(p.question_ids) AS k JOIN questions AS q ON q.id = k"
    )
