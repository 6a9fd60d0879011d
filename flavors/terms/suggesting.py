"""Categories that fit, from the terms like it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from flavors.models import FlavorCategory

SUGGESTED = """
    SELECT t.id, found.category_id, found.confidence, found.based_on_count
    FROM public.flavor_terms AS t
    CROSS JOIN LATERAL (
        SELECT path.id AS category_id, s.confidence, s.based_on_count
        FROM public.suggest_descriptor_category(t.normalized_form, %(threshold)s::real) AS s
        JOIN public.flavor_category_paths AS path
            ON path.category = s.category AND path.subcategory IS NOT DISTINCT FROM s.subcategory
            AND path.id = COALESCE(path.subcategory_id, path.category_id)
        ORDER BY s.confidence DESC, path.id
        LIMIT 1
    ) AS found
    WHERE t.id = ANY (%(terms)s::bigint[]) AND t.category_id IS NULL AND t.canonical_id IS NULL
"""
# Below it, words have little in common.
THRESHOLD = 0.4


@dataclass(frozen=True)
class Suggestion:
    category: FlavorCategory
    confidence: float
    based_on: int

    @property
    def reason(self) -> str:
        terms = (
            "1 similar term is" if self.based_on == 1 else f"{self.based_on:,} similar terms are"
        )
        return f"{terms} there; {self.confidence:.0%} sure"


def suggestions(terms: Collection[int]) -> dict[int, Suggestion]:
    """For those that need a category, where one fits."""
    with connection.cursor() as cursor:
        cursor.execute(SUGGESTED, {"terms": list(terms), "threshold": THRESHOLD})
        rows = cursor.fetchall()
    categories = FlavorCategory.objects.select_related("parent").in_bulk({row[1] for row in rows})
    return {
        term: Suggestion(categories[category], float(confidence), based_on)
        for term, category, confidence, based_on in rows
    }
