"""Reads: clusters of similar questions, merges, dismissals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet

from ops.clusters import clusters_of as connected
from quizbank.models import Question, QuestionDismissal, QuestionSimilarity
from quizbank.models.question import Status

# So many of the most alike pairs make clusters, and so many questions of one are shown.
PAIRS, SHOWN = 2_000, 6


@dataclass(frozen=True)
class Cluster:
    """The most used first; `percent` is of the pair that is most alike."""

    percent: int
    questions: list[Question]
    hidden: int


def similar_pairs(percent: int) -> QuerySet[QuestionSimilarity]:
    """Nobody dismissed them, and neither is retired. Uses index: similarity_by_likeness."""
    dismissed = QuestionDismissal.objects.filter(first=OuterRef("first"), second=OuterRef("second"))
    return (
        QuestionSimilarity.objects.filter(~Exists(dismissed), likeness__gte=percent / 100)
        .exclude(first__status=Status.RETIRED)
        .exclude(second__status=Status.RETIRED)
        .order_by("-likeness", "id")
    )


def cluster_keys(percent: int) -> list[tuple[float, list[UUID]]]:
    """Connected pairs, the most alike first: (likeness, keys)."""
    pairs = similar_pairs(percent).values_list("first_id", "second_id", "likeness")[:PAIRS]
    return connected(pairs)


def clusters_of(chosen: Iterable[tuple[float, list[UUID]]]) -> list[Cluster]:
    chosen = list(chosen)
    wanted = [key for _, keys in chosen for key in keys[:SHOWN]]
    rows = (
        Question.objects.select_related("measured", "published_revision")
        .prefetch_related("choices", "exams")
        .defer("search", "normalized_stem")
        .annotate(uses=F("measured__attempt_count"))
        .in_bulk(wanted)
    )
    return [
        Cluster(
            percent=round(likeness * 100),
            questions=sorted(
                (rows[key] for key in keys[:SHOWN] if key in rows),
                key=most_used_first,
            ),
            hidden=len(keys[SHOWN:]),
        )
        for likeness, keys in chosen
    ]


def most_used_first(row: Any) -> tuple[int, UUID]:
    return -(row.uses or 0), row.pk


def merged_questions() -> QuerySet[Question]:
    return (
        Question.objects.filter(duplicate_of__isnull=False)
        .select_related("duplicate_of")
        .defer("search", "normalized_stem")
        .order_by("-updated_at", "-pk")
    )


def dismissals() -> QuerySet[QuestionDismissal]:
    return QuestionDismissal.objects.select_related("first", "second", "dismissed_by").order_by(
        "-dismissed_at", "-pk"
    )
