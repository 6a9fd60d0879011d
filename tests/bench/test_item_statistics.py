"""One exam of 200 questions over 1,000,000 answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from quizbank.models import Exam, ItemStatistic
from tests.bench.figures import milliseconds, tell
from tests.bench.filling.answers import answer_exam
from tests.quizbank.learning import run, value


@pytest.fixture(scope="module")
def answered_exam(big_bank: int, django_db_blocker: Any) -> int:
    with django_db_blocker.unblock():
        exam = Exam.objects.get(code="B1").pk
        if big_bank < 1_000:
            answer_exam(exam=exam, sessions=60, length=10, pool=50, members=20)
        else:
            answer_exam(exam=exam, sessions=20_000)
    return exam


COMPUTE = """
    SELECT compute_item_statistics(array_agg(v.id)) FROM question_revisions AS v
    JOIN questions AS q ON q.published_revision_id = v.id
    JOIN question_exams AS e ON e.question_id = q.id
    WHERE e.exam_id = %s AND EXISTS (
        SELECT FROM answers AS a WHERE (a.question_id, a.revision_id) = (q.id, v.id))
"""
# The least that any statistic takes: each answer is read once, on one processor.
READ = """
    SELECT revision_id, count(*), avg(is_correct::integer) FROM answers GROUP BY revision_id
"""
# Its means, the sessions' totals, and each item's learners in order: so many readings.
READINGS = 16


@pytest.mark.django_db
def test_item_statistics_of_an_exam(answered_exam: int, big_bank: int, capsys: Any) -> None:
    run(COMPUTE, answered_exam)
    together = [milliseconds(lambda: run(COMPUTE, answered_exam)) for _ in range(3)]
    run("SET max_parallel_workers_per_gather = 0")
    took = [milliseconds(lambda: run(COMPUTE, answered_exam)) for _ in range(3)]
    reading = [milliseconds(lambda: run(READ)) for _ in range(3)]
    run("RESET max_parallel_workers_per_gather")
    answers = f"{value('SELECT count(*) FROM answers'):,} answers"
    with capsys.disabled():
        tell(
            "Item statistics of an exam",
            (answers, f"{min(together):,.0f} ms", "2 s"),
            ("by one process", f"{min(took):,.0f} ms", ""),
            ("reading them once", f"{min(reading):,.0f} ms", ""),
        )
    assert ItemStatistic.objects.count() == (50 if big_bank < 1_000 else 200)
    if big_bank > 1_000:
        assert min(took) < READINGS * min(reading)


@pytest.mark.django_db
def test_reliability_of_an_exam(benchmark: Any, answered_exam: int) -> None:
    def read() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT alpha FROM exam_reliability(%s)", [answered_exam])
            return cursor.fetchone()[0]

    assert 0 < benchmark.pedantic(read, rounds=3, warmup_rounds=1) < 1
