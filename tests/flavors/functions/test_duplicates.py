"""What is suggested as a duplicate."""

from __future__ import annotations

from uuid import UUID

import pytest

from flavors.models import Term, TermDismissal
from tests.flavors.tasting import merge, refresh, run, taste, term_of, value

pytestmark = pytest.mark.django_db


MUST_SUGGEST = [
    ("raisin", "raisins"),
    ("raisins", "raisns"),
    ("raisin", "rasin"),
    ("astringent", "astringnet"),
    ("astringent", "astingent"),
    ("spicy", "spciy"),
    ("dark chocolate", "chocolate dark"),
    ("molasses", "molassses"),
    ("coffee", "toffee"),
]


def duplicates() -> dict[frozenset[str], str]:
    found = run("SELECT term, other, method FROM find_duplicate_terms(1000)")
    return {frozenset((term, other)): method for term, other, method in found}


def test_duplicates_are_suggested_and_nothing_merges_by_itself(ada: UUID) -> None:
    taste(ada, *{text for pair in MUST_SUGGEST for text in pair}, "gin", "grass")
    refresh()

    found = duplicates()
    assert {frozenset(pair) for pair in MUST_SUGGEST} <= found.keys()
    assert found[frozenset(("dark chocolate", "chocolate dark"))] == "fingerprint"
    assert found[frozenset(("molasses", "molassses"))] == "2-gram"
    assert not any("gin" in pair for pair in found)
    assert not Term.objects.filter(canonical__isnull=False).exists()


def test_merged_rejected_and_dismissed_ones_are_not_suggested(ada: UUID) -> None:
    taste(ada, "raisin", "raisins", "spicy", "spciy", "coffee", "toffee")
    merge("raisin", "raisins")
    Term.objects.filter(pk=term_of("spciy").pk).update(status="rejected")
    first, second = sorted((term_of("coffee").pk, term_of("toffee").pk))
    assert frozenset(("coffee", "toffee")) in duplicates()
    TermDismissal.objects.create(first_id=first, second_id=second)

    assert duplicates() == {}


def test_edit_distance_counts_swaps_as_one() -> None:
    for one, other, edits in [
        ("spicy", "spciy", 1),
        ("", "abc", 3),
        ("ca", "abc", 3),
        ("raisin", "raisin", 0),
        ("kitten", "sitting", 3),
    ]:
        assert value("SELECT edit_distance(%s, %s)", one, other) == edits


def test_duplicates_of_a_member(ada: UUID, bob: UUID) -> None:
    taste(ada, "dark chocolate", "dark chocolate", "dark chocolates", "lemon")
    taste(bob, "dark chocolatey")
    refresh()

    found = run("SELECT * FROM find_duplicate_descriptors(%s, 0.7)", ada)
    assert [(row[1], row[2], row[4], row[5]) for row in found] == [
        ("dark chocolate", 2, "dark chocolates", 1)
    ]
    assert found[0][6] == value("SELECT similarity('dark chocolate', 'dark chocolates')")
    merge("dark chocolate", "dark chocolates")
    assert run("SELECT * FROM find_duplicate_descriptors(%s, 0.7)", ada) == []


def test_no_pair_of_a_member_is_missed(ada: UUID) -> None:
    """As comparing all with all."""
    stems = ["dark", "darker", "dork", "ripe berry", "ripe berries", "ripe cherry", "overripe"]
    taste(ada, *(f"{one} {other}" for one in stems for other in stems))
    refresh()

    for threshold in (0.3, 0.55, 0.8, 1.0):
        assert value(
            "SELECT count(*) FROM find_duplicate_descriptors(%s, %s, 10000)", ada, threshold
        ) == value(
            "SELECT count(*) FROM flavor_terms AS a JOIN flavor_terms AS b ON a.id < b.id"
            " WHERE similarity(a.normalized_form, b.normalized_form) >= %s::real",
            threshold,
        )
