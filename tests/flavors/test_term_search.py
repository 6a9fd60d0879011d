"""Search by likeness answers as comparing with every term would, and reads its index."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from flavors.models import Term
from tests.flavors.tasting import run

pytestmark = pytest.mark.django_db

KINDS = ("dark", "darker", "ripe", "overripe", "wild", "mild", "old", "candied")
NOUNS = ("cherry", "cherries", "sherry", "berry", "malt", "salt", "melon", "lemon", "oak")
BY_ALL = """
    SELECT id, similarity(normalized_form, %(text)s) FROM flavor_terms
    WHERE similarity(normalized_form, %(text)s) >= %(least)s::real
    ORDER BY 2 DESC, usage_count DESC, id LIMIT %(limit)s
"""


@pytest.fixture
def lexicon() -> None:
    words = [*KINDS, *NOUNS, *(f"{kind} {noun}" for kind in KINDS for noun in NOUNS)]
    longer = [f"{kind} {noun} {other}" for kind in KINDS for noun, other in pairwise(NOUNS)]
    Term.objects.bulk_create([Term(display_text=text) for text in words + longer])
    run("UPDATE flavor_terms SET usage_count = mod(id * 7919, 100)")


@pytest.mark.parametrize(
    "text",
    ["cherry", "chery", "dark", "dark chery", "mild melon lemon", "old oak", "ol", "zzz"],
)
@pytest.mark.usefixtures("lexicon")
def test_the_most_alike_are_those_of_the_whole_lexicon(text: str) -> None:
    for least in (0.1, 0.3, 0.4, 0.45, 0.5, 0.8, 1.0):
        for limit in (1, 5, 20, 60, 500):
            found = run("SELECT * FROM similar_terms(%s, %s, %s, NULL, NULL)", text, least, limit)
            every = {"text": text, "least": least, "limit": limit}
            with connection.cursor() as cursor:
                cursor.execute(BY_ALL, every)
                assert found == cursor.fetchall(), every


def plan(query: str, *values: Any) -> str:
    """Where scans and sorts of the whole are too dear: tables of tests are small."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN (COSTS OFF) {query}", values)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize(
    ("condition", "index", "bounds"),
    [
        ("normalized_form %% 'x' AND trigram_count(normalized_form) && '{3}'", "term_trigrams", 2),
        ("normalized_form LIKE '%%oak%%'", "term_trigrams", 1),
        (
            "normalized_form LIKE '%%oak%%' AND trigram_count(normalized_form) && '{9}'",
            "term_trigrams",
            2,
        ),
        ("left(normalized_form, 1) = 'c' ORDER BY usage_count DESC", "term_letter ", 1),
        ("left(normalized_form, 2) = 'ca' ORDER BY usage_count DESC", "term_letters ", 1),
        ("normalized_form ^@ 'cara'", "flavor_terms_normalized_form_", 2),
    ],
)
def test_terms_are_found_by_index(condition: str, index: str, bounds: int) -> None:
    found = plan(f"SELECT id FROM flavor_terms WHERE {condition}")
    assert index in found
    assert "Sort" not in found
    [line] = [each for each in found.splitlines() if "Index Cond" in each]
    assert len(line.split(" AND ")) == bounds
