"""One exam of 200 questions over 1,000,000 answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from quizbank.models import Exam, ItemStatistic
from tests.bench.answers import answer_exam


@pytest.fixture(scope="module")
def answered_exam(big_bank: int, django_db_blocker: Any) -> int:
    with django_db_blocker.unblock():
        exam = Exam.objects.get(code="B1").pk
        if big_bank < 1_000:
            answer_exam(exam=exam, sessions=60, length=10, pool=50, members=20)
        else:
            answer_exam(exam=exam, sessions=20_000)
    return exam


@pytest.mark.django_db
def test_item_statistics_of_an_exam(benchmark: Any, answered_exam: int, big_bank: int) -> None:
    def compute() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT compute_item_statistics(array_agg(v.id)) FROM question_revisions AS v"
                " JOIN questions AS q ON q.published_revision_id = v.id"
                " JOIN question_exams AS e ON e.question_id = q.id"
                " WHERE e.exam_id = %s AND EXISTS ("
                "    SELECT FROM answers AS a WHERE (a.question_id, a.revision_id) = (q.id, v.id))",
                [answered_exam],
            )

    benchmark.pedantic(compute, rounds=3, warmup_rounds=1)

    assert ItemStatistic.objects.count() == (50 if big_bank < 1_000 else 200)


@pytest.mark.django_db
def test_reliability_of_an_exam(benchmark: Any, answered_exam: int) -> None:
    def read() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT alpha FROM exam_reliability(%s)", [answered_exam])
            return cursor.fetchone()[0]

    assert 0 < benchmark.pedantic(read, rounds=3, warmup_rounds=1) < 1
