"""Reads over several models."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection, transaction
from django.db.models import Count, F, Func, JSONField, Q, QuerySet, TextField, Value
from django.db.models.functions import Round
from django_cte import CTE, with_cte

from ops.caching import remembered
from quizbank.models import Category, LightningQuestion, Question
from quizbank.models.lightning import LightningDifficulty, LightningType


def subtree(category_id: int) -> QuerySet[Category, Any]:
    """The category and everything below it."""

    def branch(cte: CTE) -> QuerySet[Category, Any]:
        below = cte.join(Category, parent=cte.col.id).values("id")
        return Category.objects.filter(pk=category_id).values("id").union(below, all=True)

    cte = CTE.recursive(branch)
    return with_cte(cte, select=cte.join(Category, id=cte.col.id).annotate(node=F("id")))


def subtree_ids(category_id: int) -> list[int]:
    return list(subtree(category_id).values_list("id", flat=True))


def working_copy(question_id: Any) -> tuple[dict[str, Any], list[str]]:
    """As a revision would freeze it, and what keeps it from that by the database's judgement."""
    content = Func(F("pk"), template="public.question_content(questions)", output_field=JSONField())
    problems = Func(
        content, function="public.question_problems", output_field=ArrayField(TextField())
    )
    rows = Question.objects.filter(pk=question_id).order_by()
    return rows.values_list(content, problems).get()


# How alike two stems must be (pg_trgm's similarity, 0 to 1) to be shown beside each other.
RESEMBLES = 0.45


def resembling(*, stem: str, other_than: Any = None, limit: int = 5) -> list[Question]:
    """Questions whose stem is like this one, most alike first, with `.likeness` in percent.

    Uses index: question_stem_trigram.
    """
    if len(stem.strip()) < 8:
        return []
    normal = Func(Value(stem), function="public.normalize_stem", output_field=TextField())
    likeness = TrigramSimilarity("normalized_stem", normal)  # type: ignore[arg-type]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(RESEMBLES)]
        )
        found = (
            Question.objects.filter(normalized_stem__trigram_similar=normal)
            .exclude(pk=other_than)
            .annotate(likeness=Round(likeness * 100))
            .order_by("-likeness")
            .only("stem", "external_id", "status")[:limit]
        )
        return list(found)


# The tags of so many questions that were edited last are offered.
TAGGED = 500


@remembered("tags-in-use")
def tags_in_use(limit: int = 50) -> list[str]:
    """The most used tags of the questions that were edited last.

    Uses index: question_last_edited.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tag FROM ("
            " SELECT tags FROM public.questions ORDER BY updated_at DESC, id DESC LIMIT %s"
            ") AS edited, pg_catalog.unnest(tags) AS tag"
            " GROUP BY tag ORDER BY count(*) DESC, tag LIMIT %s",
            [TAGGED, limit],
        )
        return [row[0] for row in cursor.fetchall()]


def lightning_grid() -> list[dict[str, Any]]:
    """A row for each difficulty, the last one for all; in it a cell for each type and for all.

    Cells: active, total, and the query that filters the list.
    """
    rows = (
        LightningQuestion.objects.order_by()
        .values_list("difficulty", "question_type")
        .annotate(active=Count("pk", filter=Q(is_active=True)), total=Count("pk"))
    )
    counts: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for difficulty, kind, active, total in rows:
        for key in product(("", difficulty), ("", kind)):
            counts[key] = (counts[key][0] + active, counts[key][1] + total)
    return [
        {
            "label": label,
            "cells": [
                grid_cell(counts[difficulty, kind], difficulty, kind)
                for kind in (*LightningType.values, "")
            ],
        }
        for difficulty, label in (*LightningDifficulty.choices, ("", "All"))
    ]


def grid_cell(counts: tuple[int, int], difficulty: str, kind: str) -> dict[str, Any]:
    chosen = {"difficulty__exact": difficulty, "question_type__exact": kind}
    query = urlencode({name: value for name, value in chosen.items() if value})
    return {"active": counts[0], "total": counts[1], "query": query}
