"""find_duplicate_terms(): which pairs it finds, by the distance that it says."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flavors.models import Term
from tests.flavors.tasting import run, value

pytestmark = pytest.mark.django_db

LONG = "wild strawberry jam on burnt brown toast"


def pairs(*texts: str) -> dict[frozenset[str], tuple[str, float]]:
    Term.objects.bulk_create([Term(display_text=text) for text in texts])
    found = run("SELECT term, other, method, similarity FROM find_duplicate_terms(1000)")
    return {frozenset((term, other)): (method, alike) for term, other, method, alike in found}


def distance(one: str, other: str) -> int:
    """Optimal string alignment, by its definition."""
    table = {(-1, -1): 0}
    for i in range(len(one)):
        table[i, -1] = i + 1
    for j in range(len(other)):
        table[-1, j] = j + 1
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            steps = [table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a != b)]
            if i and j and a == other[j - 1] and one[i - 1] == b:
                steps.append(table[i - 2, j - 2] + 1)
            table[i, j] = min(steps)
    return table[len(one) - 1, len(other) - 1]


@settings(max_examples=60, deadline=None)
@given(st.text("abc", max_size=9), st.text("abc", max_size=9))
def test_edit_distance_is_that_of_its_definition(one: str, other: str) -> None:
    assert value("SELECT edit_distance(%s, %s)", one, other) == distance(one, other)


@pytest.mark.parametrize(
    ("word", "slip"),
    [
        ("wild", "wlid"),
        ("strawberry", "strawbery"),
        ("strawberry", "starwbery"),
        ("toast", "toasts"),
        ("brown", "bown"),
    ],
)
def test_a_slip_in_one_word_of_many_is_found(word: str, slip: str) -> None:
    slipped = LONG.replace(word, slip)
    found = pairs(LONG, slipped, "wild strawberry jam", "burnt toast")
    edits = distance(word, slip)
    alike = 1 - edits / max(len(LONG), len(slipped))
    assert found.keys() == {frozenset((LONG, slipped))}
    [(method, similarity)] = found.values()
    assert (method, similarity) == ("edit distance", pytest.approx(alike, abs=1e-6))


def test_short_forms_are_compared_as_a_whole() -> None:
    """Slips in two of the words, and of the space between them."""
    found = pairs("dark roast", "drak raost", "dar kroast", "hazel nuts", "hazelnut")
    assert found.keys() == {
        *map(frozenset, combinations(("dark roast", "drak raost", "dar kroast"), 2)),
        frozenset(("hazel nuts", "hazelnut")),
    } - {frozenset(("drak raost", "dar kroast"))}


def test_the_rule_of_short_words_holds() -> None:
    assert pairs("malt", "melts", "salt", "apricot", "apricats").keys() == {
        frozenset(("malt", "salt"))
    }
