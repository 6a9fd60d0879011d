"""Whose rows the functions of seed 003 show, and to whom."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import DatabaseError

from flavors.models import Term
from tests.assessments.roles import ANON, MEMBER, ask
from tests.flavors.tasting import refresh, run, taste, term_of

pytestmark = pytest.mark.django_db


OF_A_MEMBER = [
    "descriptor_exists({}, 'lemon')",
    "find_similar_descriptors('lemon', {})",
    "find_duplicate_descriptors({})",
    "autocomplete_descriptors('lem', {})",
    "generate_wheel_data_optimized({})",
    "get_wheel_data_fast({}, 'aroma', 'item', 'Bar')",
    "get_descriptors_paginated({})",
    "get_user_descriptor_stats({})",
    "get_top_descriptors({})",
    "get_descriptor_timeline({})",
    "estimate_descriptor_count({})",
]


@pytest.mark.parametrize("call", OF_A_MEMBER)
def test_a_member_asks_for_themselves_alone(call: str, ada: UUID, bob: UUID) -> None:
    own, others = (f"SELECT * FROM {call.format(f"'{who}'")}" for who in (ada, bob))
    ask(MEMBER, ada, own)
    with pytest.raises(DatabaseError, match="another member"):
        ask(MEMBER, ada, others)
    with pytest.raises(DatabaseError, match="permission denied"):
        ask(ANON, ada, own)


@pytest.mark.parametrize(
    "call",
    ["get_descriptors_paginated()", "get_descriptor_timeline()", "estimate_descriptor_count()"],
)
def test_everybodys_rows_are_not_a_members(call: str, ada: UUID) -> None:
    run(f"SELECT * FROM {call}")  # a literal of this file
    with pytest.raises(DatabaseError, match="another member"):
        ask(MEMBER, ada, f"SELECT * FROM {call}")


def test_a_members_slip_of_the_pen_is_not_shown_to_others(ada: UUID, bob: UUID) -> None:
    taste(bob, "Lemonn", "Lemonade", "Lemon")
    refresh()
    Term.objects.filter(pk=term_of("Lemon").pk).update(status="approved")
    Term.objects.filter(pk=term_of("Lemonade").pk).update(status="rejected")

    assert ask(MEMBER, ada, "SELECT text FROM autocomplete_descriptors('lemon')") == [("Lemon",)]
    assert {row for (row,) in run("SELECT text FROM autocomplete_descriptors('lemon')")} == {
        "Lemon",
        "Lemonn",
    }
