"""What the caches save: each source beside its kept answer.

`uv run pytest tests/bench/test_caches.py -n 0 --benchmark-enable -s`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from redis import Redis

from ops.caching import store
from quizbank.counts import question_counts, questions_in
from quizbank.models import Exam
from quizbank.tree import placements

pytestmark = pytest.mark.django_db

ANSWERS: dict[str, Callable[[Callable[..., Any]], Any]] = {
    "category-tree": lambda way: way(placements)(exam_id=Exam.objects.earliest("pk").pk),
    "question-counts of exams": lambda way: way(question_counts)("exam"),
    "question-counts of subjects": lambda way: way(question_counts)("subject"),
    "question-status": lambda way: way(questions_in)("active"),
}


@pytest.fixture(autouse=True)
def used(used_caches: None, own_redis: list[Redis]) -> None:
    """No listener passes writes on, but there are none."""
    own_redis[2].persist(store.LISTENER)


@pytest.mark.parametrize("name", ANSWERS)
def test_source(benchmark: Any, big_bank: int, name: str) -> None:
    assert benchmark(ANSWERS[name], lambda kept: kept.__wrapped__)


@pytest.mark.parametrize("name", ANSWERS)
def test_kept_answer(benchmark: Any, big_bank: int, name: str) -> None:
    assert benchmark(ANSWERS[name], lambda kept: kept) == ANSWERS[name](
        lambda kept: kept.__wrapped__
    )
