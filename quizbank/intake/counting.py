"""Figures that follow the answers; see sql/count_answers_v1.sql for how each counts once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

# Batches of answers in a transaction: many enough that a popular question is written once for all
# of them, few enough that its row is not locked for long.
BATCHES = 500


@dataclass(frozen=True)
class Compared:
    """One kind of figures: how many rows were looked at, and how many were not right."""

    figure: str
    checked: int
    different: int


def count_new_answers(batches: int = BATCHES) -> Iterator[int]:
    """Answers counted, a step of at most so many batches at a time, until none waits."""
    while has_uncounted():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM public.count_answers(%s)", [batches])
            answers, questions = cursor.fetchone()
        # Apart: it locks rows that editors write too.
        show_success_rates(questions)
        yield answers


def has_uncounted() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM public.uncounted_answers)")
        return bool(cursor.fetchone()[0])


@transaction.atomic
def show_success_rates(questions: list[object] | None = None) -> int:
    """Of all questions without a list; how many changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.show_success_rates(%s::uuid[])", [questions])
        return int(cursor.fetchone()[0])


@transaction.atomic
def recount_answers(*, repair: bool = False) -> list[Compared]:
    """From scratch. Raises DatabaseError while answers are in the archive."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM public.recount_answers(%s)", [repair])
        return [Compared(*row) for row in cursor.fetchall()]
