"""Pages of descriptors, there and back."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.flavors.tasting import merge, note, place, run, taste

pytestmark = pytest.mark.django_db


def test_pages_go_there_and_back(ada: UUID, bob: UUID) -> None:
    taste(ada, *(f"note {n}" for n in range(7)))
    taste(bob, "other")
    keys = [
        key
        for (key,) in run(
            "SELECT id FROM flavor_descriptors WHERE user_id = %s ORDER BY id DESC", ada
        )
    ]
    page = "SELECT id, has_more FROM get_descriptors_paginated(%s, p_cursor_id => %s, p_limit => 3"

    assert run(page + ")", ada, None) == [(key, True) for key in keys[:3]]
    assert run(page + ")", ada, keys[2]) == [(key, True) for key in keys[3:6]]
    assert run(page + ")", ada, keys[5]) == [(keys[6], False)]
    back = page + ", p_direction => 'backward')"
    assert run(back, ada, keys[6]) == [(key, True) for key in keys[3:6]]
    assert run(back, ada, keys[3]) == [(key, False) for key in keys[:3]]
    assert run(back, ada, None) == [(key, True) for key in keys[4:]]


def test_pages_reach_over_years_without_a_note(ada: UUID) -> None:
    days = ["2019-03-05", "2019-03-20", "2019-06-01", "2024-01-01", "2024-01-02"]
    for day in days:
        run("SELECT create_partition('flavor_descriptors', 'month', %s)", day)
    keys = [note(ada, f"note {day}", at=f"{day} 12:00+00") for day in days]
    page = "SELECT id, has_more FROM get_descriptors_paginated(%s, p_cursor_id => %s, p_limit => 2"

    assert run(page + ")", ada, None) == [(keys[4], True), (keys[3], True)]
    assert run(page + ")", ada, keys[3]) == [(keys[2], True), (keys[1], True)]
    assert run(page + ")", ada, keys[1]) == [(keys[0], False)]
    back = page + ", p_direction => 'backward')"
    assert run(back, ada, keys[0]) == [(keys[2], True), (keys[1], True)]
    assert run(back, ada, keys[2]) == [(keys[4], False), (keys[3], False)]


def test_pages_are_filtered_and_say_the_term(ada: UUID) -> None:
    taste(ada, "raisns", item_name="Bar", intensity=4)
    taste(ada, "lemon", descriptor_type="aroma")
    taste(ada, "raisin")
    merge("raisin", "raisns")
    place("raisin", "Fruity", "Dried")
    page = "SELECT descriptor_text, term, subcategory FROM get_descriptors_paginated(%s, "

    assert run(page + "p_category => 'fruity')", ada) == [
        ("raisin", "raisin", "Dried"),
        ("raisns", "raisin", "Dried"),
    ]
    assert run(page + "p_type => 'aroma')", ada) == [("lemon", "lemon", None)]
    assert run(page + "p_cursor_ts => now() - interval '1 day')", ada) == []
