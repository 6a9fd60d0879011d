"""Reads of the tree of flavors."""

from __future__ import annotations

from django.db import connection

SUBTREE = """
    WITH RECURSIVE below AS (
        SELECT c.id FROM public.flavor_categories AS c WHERE c.id = %s
        UNION
        SELECT c.id FROM below AS b JOIN public.flavor_categories AS c ON c.parent_id = b.id
    )
    SELECT b.id FROM below AS b
"""
# In the order of the tree; the name with those above it.
BRANCHES = """
    WITH RECURSIVE branch AS (
        SELECT c.id, c.name, ARRAY[c.kind, lpad(c.position::text, 9, '0'), c.name] AS place
        FROM public.flavor_categories AS c WHERE c.parent_id IS NULL
        UNION ALL
        SELECT c.id, b.name || ' / ' || c.name, b.place || lpad(c.position::text, 9, '0') || c.name
        FROM branch AS b JOIN public.flavor_categories AS c ON c.parent_id = b.id
    )
    SELECT b.id, b.name FROM branch AS b ORDER BY b.place
"""


def subtree_ids(category: int) -> list[int]:
    """It and all below it."""
    with connection.cursor() as cursor:
        cursor.execute(SUBTREE, [category])
        return [row[0] for row in cursor.fetchall()]


def branches() -> list[tuple[int, str]]:
    """(key, path) of each."""
    with connection.cursor() as cursor:
        cursor.execute(BRANCHES)
        return [(row[0], row[1]) for row in cursor.fetchall()]
