"""Reads over several models."""

from __future__ import annotations

from django.db.models import F, QuerySet
from django_cte import CTE, with_cte

from quizbank.models import Category


def subtree(category_id: int) -> QuerySet[Category]:
    """The category and everything below it."""

    def branch(cte: CTE) -> QuerySet[Category]:
        below = cte.join(Category, parent=cte.col.id).values("id")
        return Category.objects.filter(pk=category_id).values("id").union(below, all=True)

    cte = CTE.recursive(branch)
    return with_cte(cte, select=cte.join(Category, id=cte.col.id).annotate(node=F("id")))


def subtree_ids(category_id: int) -> list[int]:
    return list(subtree(category_id).values_list("id", flat=True))
