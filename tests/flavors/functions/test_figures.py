"""Wheels and statistics."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError
from django.utils import timezone

from flavors.models import FlavorWheel, Term
from tests.assessments.roles import MEMBER, ask
from tests.flavors.months import make_last_month
from tests.flavors.tasting import learner, merge, note, place, refresh, run, taste, term_of, value

pytestmark = pytest.mark.django_db


def wheel(*arguments: Any) -> Any:
    marks = ", ".join(["%s"] * len(arguments))
    found = value(f"SELECT generate_wheel_data_optimized({marks})::text", *arguments)
    return json.loads(found)


def test_a_wheel_has_one_slice_a_term_whatever_its_types(ada: UUID) -> None:
    taste(ada, "lemon", "lemon", "lime", intensity=4)
    taste(ada, "Lemon", "toast", descriptor_type="aroma", intensity=1)
    taste(ada, "thunder", descriptor_type="metaphor")
    place("lemon", "Fruity", "Citrus")
    place("lime", "Fruity", "Citrus")
    refresh()

    for whole in (wheel(ada), wheel()):
        assert whole["totalDescriptors"] == 5
        fruity, rest = whole["categories"]
        assert (fruity["name"], fruity["color"], fruity["count"]) == ("Fruity", "#aa0000", 4)
        assert fruity["percentage"] == 80
        assert fruity["subcategories"] == [
            {
                "name": "Citrus",
                "color": None,
                "count": 4,
                "descriptors": [
                    {"text": "lemon", "count": 3, "avgIntensity": 3},
                    {"text": "lime", "count": 1, "avgIntensity": 4},
                ],
            }
        ]
        assert (rest["name"], rest["count"]) == ("Uncategorised", 1)
    assert wheel(ada, "metaphor")["totalDescriptors"] == 1
    few = wheel(ada, "combined", 2, 10)["categories"][0]["subcategories"][0]
    assert ([d["text"] for d in few["descriptors"]], few["count"]) == (["lemon"], 4)


def test_a_wheel_of_what_is_rejected_or_of_nobody_is_empty(ada: UUID) -> None:
    taste(ada, "asdf")
    Term.objects.update(status="rejected")
    refresh()
    for whole in (wheel(ada), wheel(), wheel(uuid4())):
        assert (whole["categories"], whole["totalDescriptors"]) == ([], 0)


def test_wheels_of_an_item_and_of_a_tasting(ada: UUID, bob: UUID) -> None:
    source = uuid4()
    note(ada, "lemon", item_name="Bar", item_category="chocolate", source_id=source)
    note(bob, "lemon", item_name="Bar", item_category="chocolate")
    note(bob, "lime", item_name="Cup", item_category="coffee")

    def total(*arguments: Any) -> int:
        found = value("SELECT get_wheel_data_fast(%s, 'combined', %s, %s)::text", *arguments)
        return json.loads(found)["totalDescriptors"]

    assert total(None, "item", "Bar") == 2
    assert total(bob, "item", "Bar") == 1
    refresh()
    assert total(None, "category", "coffee") == 1
    assert total(ada, "category", "coffee") == 0
    assert total(bob, "category", "chocolate") == 1
    assert total(None, "tasting", str(source)) == 1
    run("UPDATE members SET is_active = false WHERE id = %s", bob)
    assert total(None, "item", "Bar") == 1


def test_a_saved_wheel_knows_when_it_is_stale(ada: UUID) -> None:
    taste(ada, "lemon")
    refresh()
    hour_ago = timezone.now() - timedelta(hours=1)
    saved = FlavorWheel.objects.create(
        user_id=ada, data=wheel(ada), descriptor_count=1, generated_at=timezone.now()
    )
    stale = "SELECT wheel_needs_regeneration(%s)"
    assert not value(stale, saved.pk)

    taste(ada, "lime")
    refresh()
    assert not value(stale, saved.pk)
    FlavorWheel.objects.update(generated_at=hour_ago)
    assert value(stale, saved.pk)
    FlavorWheel.objects.update(generated_at=timezone.now(), descriptor_count=2)
    assert not value("SELECT wheel_needs_regeneration(%s, 0)", saved.pk)
    FlavorWheel.objects.update(generated_at=timezone.now() - timedelta(days=8))
    assert value(stale, saved.pk)
    with pytest.raises(DatabaseError, match="no wheel"):
        ask(MEMBER, learner(), stale, saved.pk)


def becomes_stale(ada: UUID, scope: str, of_sql: str = "", *values: Any) -> bool:
    """Whether this makes the wheel stale that was just made again."""
    owner = ada if scope == "personal" else None
    of = {"item": "Bar", "category": "coffee"}.get(scope, "")
    data = json.loads(
        value("SELECT get_wheel_data_fast(%s, 'flavor', %s, %s)::text", owner, scope, of)
    )
    FlavorWheel.objects.update_or_create(
        user_id=owner,
        scope=scope,
        scope_value=of,
        wheel_type="flavor",
        defaults={
            "data": data,
            "descriptor_count": data["totalDescriptors"],
            "generated_at": timezone.now() - timedelta(hours=1),
        },
    )
    if of_sql:
        run(of_sql, *values)
    refresh()
    return value("SELECT wheel_needs_regeneration(id) FROM flavor_wheels")


@pytest.mark.parametrize("scope", ["personal", "universal", "item", "category"])
def test_a_saved_wheel_notices_what_curation_and_late_writes_change(ada: UUID, scope: str) -> None:
    make_last_month()
    given: dict[str, Any] = {"item_name": "Bar", "item_category": "coffee"}
    taste(ada, "raisin", "raisins", "lemon", "lemon", **given)
    place("raisin", "Fruity", "Dried")
    refresh()
    raisin, raisins = term_of("raisin").pk, term_of("raisins").pk
    merged = "UPDATE flavor_terms SET canonical_id = %s WHERE id = %s"
    changed = partial(becomes_stale, ada, scope)

    assert not changed()
    assert changed(merged, raisin, raisins)
    assert not changed()
    assert changed(merged, None, raisins)
    assert changed("UPDATE flavor_terms SET category_id = NULL WHERE id = %s", raisin)
    place("raisin", "Fruity", "Dried")
    assert changed("UPDATE flavor_categories SET name = 'Withered' WHERE name = 'Dried'")
    assert changed(
        "INSERT INTO flavor_descriptors"
        " (id, user_id, source_type, descriptor_text, descriptor_type, item_name, item_category)"
        " SELECT uuidv7(interval '-3 days'), user_id, source_type, 'lime', 'flavor', 'Bar',"
        " 'coffee' FROM flavor_descriptors LIMIT 1"
    )
    # As many as before, and none of them new.
    fig = "UPDATE flavor_descriptors SET descriptor_text = 'fig' WHERE term_id = %s"
    assert changed(fig, raisin)
    assert not changed()


def test_statistics_of_a_member_and_of_an_unknown_one(ada: UUID) -> None:
    taste(ada, "raisin", "raisns", intensity=2)
    taste(ada, "lemon", descriptor_type="aroma", ai_extracted=True)
    merge("raisin", "raisns")
    place("raisin", "Fruity", "Dried")
    refresh()
    stats = (
        "SELECT total_descriptors, unique_descriptors, aroma_count, flavor_count, ai_count,"
        " avg_intensity, top_descriptor, top_category FROM get_user_descriptor_stats(%s)"
    )

    assert run(stats, ada) == [(3, 2, 1, 2, 1, 2, "raisin", "Fruity")]
    assert run(stats, uuid4()) == [(0, 0, 0, 0, 0, None, None, None)]
    assert value("SELECT estimate_descriptor_count(%s)", ada) == 3
    assert value("SELECT estimate_descriptor_count()") >= 0


def test_the_top_counts_merged_terms_as_one(ada: UUID, bob: UUID) -> None:
    taste(ada, "raisin", "raisns", "rasin", "lemon", "lemon")
    taste(bob, "lemon", descriptor_type="aroma")
    merge("raisin", "raisns", "rasin")
    place("raisin", "Fruity", "Dried")
    refresh()
    top = "SELECT text, type, usage_count FROM get_top_descriptors({})"

    assert run(top.format("p_limit => 2")) == [("lemon", "flavor", 3), ("raisin", "flavor", 3)]
    assert run(top.format("p_limit => 1, p_type => 'flavor'")) == [("raisin", "flavor", 3)]
    assert run(top.format("p_category => 'fruity'")) == [("raisin", "flavor", 3)]
    assert run(top.format("%s, p_limit => 1"), ada) == [("raisin", "flavor", 3)]


def test_the_timeline_has_every_day(ada: UUID, bob: UUID) -> None:
    taste(ada, "lemon", "lemon", "lime", intensity=3)
    taste(bob, "lemon")
    today = datetime.now(UTC).date()
    days = "SELECT * FROM get_descriptor_timeline(%s, 3)"

    assert run(days, ada)[-1] == (today, 3, 2, 3)
    refresh()
    assert run(days, None)[-1] == (today, 4, 2, 3)
    assert [row[1] for row in run(days, uuid4())] == [0, 0, 0]
    assert len(run("SELECT * FROM get_descriptor_timeline()")) == 30
