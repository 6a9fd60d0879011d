"""What the caches save (issue 7): a kept answer, beside its source."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ops.caching import store
from quizbank.counts import question_counts, questions_in
from quizbank.models import Exam
from quizbank.tree import placements
from tests.bench.goals.goal import Beside, Figure, Goal
from tests.bench.measuring import figure_of, milliseconds, several

ANSWERS: dict[str, Callable[[Callable[..., Any]], Any]] = {
    "category tree": lambda way: way(placements)(exam_id=Exam.objects.earliest("pk").pk),
    "questions of exams": lambda way: way(question_counts)("exam"),
    "questions of subjects": lambda way: way(question_counts)("subject"),
    "active questions": lambda way: way(questions_in)("active"),
}


def attend() -> None:
    """As if a listener ran, which it does in production: nobody writes meanwhile."""
    store.client().set(store.LISTENER, 1, ex=60)


def kept(answer: Callable[..., Any]) -> Figure:
    attend()
    answer(lambda way: way)
    return figure_of(several(lambda n: milliseconds(lambda: answer(lambda way: way))))


def computed(answer: Callable[..., Any]) -> Figure:
    few = several(lambda n: n)[:10]
    return figure_of(milliseconds(lambda: answer(lambda way: way.__wrapped__)) for _ in few)


GOALS = tuple(
    Goal(
        f"cached {name}",
        7,
        None,
        partial(kept, answer),
        peer=Beside("its source", partial(computed, answer)),
    )
    for name, answer in ANSWERS.items()
)
