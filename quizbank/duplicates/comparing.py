"""Compares questions with the bank: only those whose stem is not the one that was compared last."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q

from quizbank.models import Question
from quizbank.querysets import QuestionQuerySet

BATCH = 500
# Below the least nearly every question is like another one.
LEAST_PERCENT, USUAL_PERCENT = 50, 60


def uncompared(alike: float) -> QuestionQuerySet:
    """Their stem changed since, or they were compared for greater likeness only."""
    compared = Q(similarity_check__stem_hash=F("stem_hash"), similarity_check__alike__lte=alike)
    return Question.objects.exclude(status="retired").filter(Q(similarity_check=None) | ~compared)


def compare_batches(keys: list[UUID], alike: float) -> Iterator[tuple[int, int]]:
    """(questions, pairs found) of each batch; a batch is a transaction."""
    for start in range(0, len(keys), BATCH):
        chosen = keys[start : start + BATCH]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT public.compare_questions(%s::uuid[], %s::float8)", [chosen, alike]
            )
            yield len(chosen), int(cursor.fetchone()[0])
