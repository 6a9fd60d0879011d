"""What is found of what somebody types."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.flavors.tasting import merge, place, refresh, run, taste, term_of, value

pytestmark = pytest.mark.django_db


def test_similar_ones_come_with_their_uses_and_place(ada: UUID, bob: UUID) -> None:
    taste(ada, "raisin", "raisin", "raisins")
    taste(bob, "raisns", "raisin", descriptor_type="aroma")
    place("raisin", "Fruity", "Dried")
    merge("raisin", "raisns")
    refresh()
    raisin = term_of("raisin").pk

    found = run("SELECT * FROM find_similar_descriptors('Raisns')")
    assert (found[0][0], *found[0][3:]) == (raisin, "Fruity", "Dried", 4, 1.0)
    assert [(row[1], row[5]) for row in found] == [("raisin", 4), ("raisins", 1)]
    assert [
        row[1:3] + row[5:6]
        for row in run("SELECT * FROM find_similar_descriptors('Raisns', p_type => 'aroma')")
    ] == [("raisin", "aroma", 2)]
    assert [
        (row[1], row[5]) for row in run("SELECT * FROM find_similar_descriptors('raisin', %s)", ada)
    ] == [("raisin", 2), ("raisins", 1)]


def test_autocomplete_ranks_by_use_before_it_cuts(ada: UUID) -> None:
    taste(ada, *(["caramel"] * 3), *(f"candied {n}" for n in range(30)), "Café", "chalk")
    place("caramel", "Sweet", "Sugar")
    refresh()

    first = run("SELECT * FROM autocomplete_descriptors('ca')")[0]
    assert first == ("caramel", "flavor", "Sweet", 3, "prefix")
    for prefix in ("c", "CA", "car", "  Caram"):
        assert run("SELECT text FROM autocomplete_descriptors(%s)", prefix)[0] == ("caramel",)
    assert run("SELECT text FROM autocomplete_descriptors('cafe')") == [("Café",)]
    assert run("SELECT text, match_type FROM autocomplete_descriptors('carmel')") == [
        ("caramel", "similar")
    ]
    assert run("SELECT text FROM autocomplete_descriptors('ca', p_category => 'SUGAR')") == [
        ("caramel",)
    ]
    assert run("SELECT text FROM autocomplete_descriptors('cara', %s)", ada) == [("caramel",)]
    assert run("SELECT text FROM autocomplete_descriptors('ca_a')") == []


def test_a_category_is_suggested_from_similar_terms(ada: UUID) -> None:
    taste(ada, "dried raisin", "raisins", "raisin wine")
    place("dried raisin", "Fruity", "Dried")
    place("raisins", "Fruity", "Dried")
    place("raisin wine", "Drinks", "Wine")

    found = run("SELECT * FROM suggest_descriptor_category('raisin', 0.4)")
    assert [(row[0], row[1], row[3]) for row in found] == [
        ("Fruity", "Dried", 2),
        ("Drinks", "Wine", 1),
    ]
    assert all(0 < row[2] <= 1 for row in found)
    assert run("SELECT * FROM suggest_descriptor_category('zzz')") == []


def test_what_a_member_has_exists_in_any_spelling(ada: UUID, bob: UUID) -> None:
    taste(ada, "Crème Brûlée")
    exists = "SELECT descriptor_exists(%s, %s, %s)"

    assert value(exists, ada, "creme brulee", None)
    assert value(exists, ada, "CREME brulee!", "flavor")
    assert not value(exists, ada, "creme brulee", "aroma")
    assert not value(exists, bob, "creme brulee", None)
    assert not value(exists, ada, "creme", None)
