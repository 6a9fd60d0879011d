"""The functions of seed 003: what they answer, what they refuse, and for whom."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError
from django.utils import timezone

from flavors.models import FlavorCategory, FlavorWheel, Term, TermDismissal
from tests.assessments.roles import ANON, MEMBER, ask
from tests.flavors.tasting import learner, note, run, term_of, value

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> UUID:
    return learner()


@pytest.fixture
def bob() -> UUID:
    return learner("Bob")


def taste(user: UUID, *texts: str, **given: Any) -> None:
    rows = [{"descriptor_text": text, "descriptor_type": "flavor"} | given for text in texts]
    run("SELECT batch_insert_descriptors(%s, %s, 'quick_tasting')", json.dumps(rows), user)


def refresh() -> None:
    run("SELECT refresh_descriptor_views()")


def merge(*texts: str) -> None:
    """All into the first."""
    first, *others = (term_of(text).pk for text in texts)
    Term.objects.filter(pk__in=others).update(canonical=first)


def place(text: str, category: str, subcategory: str) -> None:
    root, _ = FlavorCategory.objects.get_or_create(
        name=category, parent=None, defaults={"color": "#aa0000"}
    )
    branch, _ = FlavorCategory.objects.get_or_create(name=subcategory, parent=root)
    Term.objects.filter(pk=term_of(text).pk).update(category=branch)


# --- Whose ---------------------------------------------------------------------------------------
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


# --- Search --------------------------------------------------------------------------------------
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


# --- Duplicates ----------------------------------------------------------------------------------
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


# --- Pages ---------------------------------------------------------------------------------------
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


# --- Figures -------------------------------------------------------------------------------------
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


@pytest.mark.parametrize("scope", ["personal", "universal", "item", "category"])
def test_a_saved_wheel_notices_what_curation_and_late_writes_change(ada: UUID, scope: str) -> None:
    def changed(of_sql: str = "", *values: Any) -> bool:
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

    given: dict[str, Any] = {"item_name": "Bar", "item_category": "coffee"}
    taste(ada, "raisin", "raisins", "lemon", "lemon", **given)
    place("raisin", "Fruity", "Dried")
    refresh()
    raisin, raisins = term_of("raisin").pk, term_of("raisins").pk
    merged = "UPDATE flavor_terms SET canonical_id = %s WHERE id = %s"

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
