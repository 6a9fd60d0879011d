"""The wheel of an item says what its descriptors say at the time, whatever is kept of it."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import DatabaseError

from flavors.models import FlavorCategory, TermMove
from flavors.rollups import ENOUGH, differences, enough_changed
from tests.flavors.months import MONTHS, make_last_month
from tests.flavors.tasting import learner, merge, note, place, refresh, run, taste, term_of, value

pytestmark = pytest.mark.django_db

WORDS = ("Dark chocolate", "Raisin", "Raisins", "Smoke", "Lemon peel", "Lemon")
ITEMS = ("Yirgacheffe", "Sidamo", "")
TYPES = ("aroma", "flavor", "metaphor", "texture")
WHEELS = (["aroma"], ["flavor"], ["aroma", "flavor"], ["metaphor"])
KEPT = "SELECT wheel.* FROM item_wheel_leaves(%s, %s, 100) AS wheel"
TERMS_AND_BRANCHES = {"descriptor_item_terms", "descriptor_item_branches"}
COUNTED = """
    SELECT path.category_id, path.subcategory_id, t.display_text, count(*),
        sum(d.intensity)::numeric / NULLIF(count(d.intensity), 0)
    FROM flavor_descriptors AS d
    JOIN members AS m ON m.id = d.user_id AND m.is_active
    JOIN flavor_terms AS raw ON raw.id = d.term_id
    JOIN flavor_terms AS t ON t.id = COALESCE(raw.canonical_id, raw.id)
    LEFT JOIN flavor_category_paths AS path ON path.id = t.category_id
    WHERE d.descriptor_type = ANY (%s) AND d.item_name = %s AND t.status <> 'rejected'
    GROUP BY 1, 2, t.id
"""


@pytest.fixture(autouse=True)
def last_month(db: None) -> None:
    make_last_month()


@pytest.fixture(autouse=True)
def few_are_many(db: None) -> None:
    run(
        "CREATE OR REPLACE FUNCTION kept_item_size() RETURNS integer LANGUAGE sql IMMUTABLE"
        " AS 'SELECT 3'"
    )


def fold() -> None:
    """Twice: what grew large is kept from the next time on."""
    for _ in range(2):
        value("SELECT fold_descriptor_changes()")


def kept(item: str) -> bool:
    return bool(value("SELECT is_kept_item(%s)", item))


def assert_wheels_are_right(*items: str) -> None:
    for item in items:
        for types in WHEELS:
            assert Counter(run(KEPT, types, item)) == Counter(run(COUNTED, types, item))


def tables_that_name(text: str) -> list[str]:
    return [
        model._meta.db_table
        for model in apps.get_app_config("flavors").get_models()
        if run(f"SELECT 1 FROM {model._meta.db_table} AS t WHERE strpos(t::text, %s) > 0", text)
    ]


def any_note(chance: random.Random, user: UUID) -> UUID:
    given: dict[str, Any] = {"at": chance.choice(MONTHS) + f" 10:{chance.randrange(60)}"}
    if chance.random() < 0.5:
        given["intensity"] = chance.randint(1, 5)
    given["descriptor_type"] = chance.choice(TYPES)
    given["item_name"] = chance.choice(ITEMS)
    return note(user, chance.choice(WORDS), **given)


CHANGES = (
    "UPDATE flavor_descriptors SET descriptor_text = '{word}' WHERE id = '{note}'",
    "UPDATE flavor_descriptors SET item_name = '{item}' WHERE id = '{note}'",
    "UPDATE flavor_descriptors SET descriptor_type = '{type}' WHERE id = '{note}'",
    "UPDATE flavor_descriptors SET intensity = NULLIF({number}, 0) WHERE id = '{note}'",
    "UPDATE flavor_descriptors SET ai_extracted = NOT ai_extracted WHERE user_id = '{user}'",
    "UPDATE members SET is_active = NOT is_active WHERE id = '{user}'",
    "DELETE FROM flavor_descriptors WHERE id = '{note}'",
    "DELETE FROM flavor_descriptors WHERE user_id = '{user}' AND item_name = '{item}'",
    "UPDATE flavor_terms SET canonical_id = {other} WHERE id = {term} AND id <> {other}"
    " AND NOT EXISTS (SELECT FROM flavor_terms WHERE canonical_id = {term})"
    " AND (SELECT canonical_id FROM flavor_terms WHERE id = {other}) IS NULL",
    "UPDATE flavor_terms SET canonical_id = NULL WHERE id = {term}",
    "UPDATE flavor_terms SET category_id = {category} WHERE id = {term}",
    "UPDATE flavor_terms SET status = 'rejected' WHERE id = {term}",
    "UPDATE flavor_terms SET status = 'approved' WHERE id = {term}",
)


@pytest.mark.parametrize("seed", range(8))
def test_a_wheel_is_right_after_each_change_with_a_refresh_or_without(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    fruit = FlavorCategory.objects.create(name="Fruit")
    dried = FlavorCategory.objects.create(name="Dried", parent=fruit)
    users = [learner() for _ in range(4)]
    notes = [any_note(chance, chance.choice(users)) for _ in range(40)]
    fold()
    assert all(map(kept, ITEMS[:2]))
    for _ in range(80):
        terms = [key for (key,) in run("SELECT id FROM flavor_terms ORDER BY id")]
        dice = chance.random()
        if dice < 0.3:
            notes.append(any_note(chance, chance.choice(users)))
        elif dice < 0.45:
            value("SELECT fold_descriptor_changes()")
        else:
            run(
                chance.choice(CHANGES).format(
                    word=chance.choice(WORDS),
                    note=chance.choice(notes),
                    item=chance.choice(ITEMS),
                    type=chance.choice(TYPES),
                    number=chance.randint(0, 5),
                    user=chance.choice(users),
                    term=chance.choice(terms),
                    other=chance.choice(terms),
                    category=chance.choice(("NULL", fruit.pk, dried.pk)),
                )
            )
        assert_wheels_are_right(*ITEMS[:2])
    assert differences() == []
    assert_wheels_are_right(*ITEMS[:2])


# --- What is kept --------------------------------------------------------------------------------
def test_an_item_is_kept_once_many_noted_something_of_it(db: None) -> None:
    ada = learner()
    note(ada, "Raisin", item_name="Sidamo")
    note(ada, "Smoke", item_name="Sidamo", descriptor_type="texture")
    fold()
    assert (kept("Sidamo"), kept("Nowhere")) == (False, False)
    taste(ada, "Raisin", "Smoke", item_name="Sidamo")
    fold()
    assert kept("Sidamo")
    assert_wheels_are_right("Sidamo")


def test_a_wheel_holds_what_one_statement_wrote_with_words_that_nobody_used(db: None) -> None:
    ada = learner()
    taste(ada, *WORDS, item_name="Sidamo")
    fold()
    run(
        "INSERT INTO flavor_descriptors"
        " (user_id, source_type, descriptor_type, descriptor_text, item_name)"
        " SELECT %s, 'quick_tasting', 'flavor', word, 'Sidamo'"
        " FROM unnest(ARRAY['New', 'Newer', 'Raisin', 'new']) AS word",
        ada,
    )
    assert_wheels_are_right("Sidamo")
    assert differences() == []
    assert_wheels_are_right("Sidamo")


def test_what_is_shown_are_the_most_used_terms_and_the_rest_is_counted(db: None) -> None:
    ada, bo = learner(), learner()
    for user in (ada, bo):
        taste(user, "Raisin", "Smoke", item_name="Sidamo")
    taste(ada, "Raisin", "Lemon", "Lemon peel", item_name="Sidamo")
    fold()
    few = "SELECT term, uses::int FROM item_wheel_leaves('{flavor}', 'Sidamo', %s)"
    assert Counter(run(few, 1)) == Counter([("Raisin", 3), (None, 4)])
    # One of the shown is less than another now, before a refresh.
    run("DELETE FROM flavor_descriptors WHERE descriptor_text = 'Raisin' AND user_id = %s", ada)
    assert ("Smoke", 2) in run(few, 1)
    assert sum(uses for _, uses in run(few, 1)) == 5


def test_an_erased_member_is_in_no_wheel_of_an_item(db: None) -> None:
    ada, bo = learner(), learner()
    for user in (ada, bo):
        taste(user, *WORDS, item_name="Sidamo")
    fold()
    value("SELECT erase_member(%s, 'somebody')", ada)
    assert_wheels_are_right("Sidamo")
    assert differences() == []
    assert_wheels_are_right("Sidamo")


def test_more_moves_of_terms_than_uses_cost_a_count_until_the_refresh_they_start(db: None) -> None:
    taste(learner(), *WORDS, item_name="Sidamo")
    fold()
    leaves = "SELECT wheel.* FROM wheel_leaves(NULL, %s, 'item', %s, 100) AS wheel"
    moved = [TermMove(term=term_of("raisin")) for _ in WORDS]
    for more, told_by_what_is_kept in ((moved[1:], True), (moved[:1], False)):
        TermMove.objects.bulk_create(more)
        assert kept("Sidamo") is told_by_what_is_kept
        assert Counter(run(leaves, ["flavor"], "Sidamo")) == Counter(
            run(COUNTED, ["flavor"], "Sidamo")
        )
    fold()
    assert kept("Sidamo")

    TermMove.objects.bulk_create([TermMove(term=term_of("smoke")) for _ in range(ENOUGH - 1)])
    assert not enough_changed()
    place("Smoke", "Roast", "Burnt")
    assert enough_changed()


@pytest.mark.parametrize("notes", [1, 4])
@pytest.mark.parametrize("before", ["", "UPDATE members SET is_active = false"])
def test_what_an_erased_member_typed_as_an_item_is_nowhere(notes: int, before: str) -> None:
    ada = learner()
    taste(ada, *WORDS[:notes], item_name="Ada Byron's home roast")
    note(ada, "Smoke", item_name="Ada Byron's home roast", descriptor_type="texture")
    fold()
    assert kept("Ada Byron's home roast") is (notes > 3)
    assert "descriptor_items" in tables_that_name("Ada Byron")
    if before:
        run(before)
    value("SELECT erase_member(%s, 'somebody')", ada)
    refresh()
    assert tables_that_name("Ada Byron") == []
    assert run("SELECT * FROM descriptor_item_terms") == []
    assert run("SELECT * FROM descriptor_item_branches") == []


def test_the_uses_of_items_are_of_active_members_after_a_count_of_all(db: None) -> None:
    ada, bo = learner(), learner()
    for user in (ada, bo):
        taste(user, *WORDS, item_name="Sidamo")
        note(user, item_name=f"Of {user}")
    run("UPDATE members SET is_active = false WHERE id = %s", bo)
    fold()
    note(ada, item_name="Sidamo")
    run("DELETE FROM descriptor_item_partitions")
    value("SELECT fold_descriptor_changes()")
    uses = "SELECT item_name, uses FROM descriptor_items"
    assert set(run(uses)) == {("Sidamo", len(WORDS) + 1), (f"Of {ada}", 1)}
    run("UPDATE members SET is_active = true WHERE id = %s", bo)
    fold()
    assert set(run(uses)) == {("Sidamo", 2 * len(WORDS) + 1), (f"Of {ada}", 1), (f"Of {bo}", 1)}
    assert_wheels_are_right("Sidamo")


def test_a_member_reads_their_own_part_and_nobody_elses(db: None) -> None:
    ada, bo = learner(), learner()
    for user in (ada, bo, bo):
        taste(user, *WORDS, item_name="Sidamo")
    fold()
    wheel = "SELECT (get_wheel_data_fast(%s, 'flavor', 'item', 'Sidamo')->>'totalDescriptors')::int"
    assert value(wheel, None) == 3 * len(WORDS)
    run("SELECT set_config('app.current_user_id', %s, true)", str(ada))
    run("SET LOCAL ROLE steward_member")
    assert value(wheel, ada) == len(WORDS)
    for other in (bo, None):
        run("SAVEPOINT asked")
        with pytest.raises(DatabaseError, match=r"permission denied|user"):
            value(wheel, other)
        run("ROLLBACK TO asked")
    for table in ("items", "item_terms", "item_branches", "item_changes", "item_partitions"):
        run("SAVEPOINT asked")
        with pytest.raises(DatabaseError, match="permission denied"):
            run(f"SELECT FROM descriptor_{table}")
        run("ROLLBACK TO asked")
    run("RESET ROLE")


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ("UPDATE descriptor_item_terms SET flavor = 7 WHERE term_id = {smoke}", TERMS_AND_BRANCHES),
        ("UPDATE descriptor_item_terms SET aroma = 7 WHERE is_whole", TERMS_AND_BRANCHES),
        ("DELETE FROM descriptor_item_terms", TERMS_AND_BRANCHES),
        ("UPDATE descriptor_item_terms SET category_id = NULL", TERMS_AND_BRANCHES),
        ("UPDATE descriptor_item_branches SET aroma = 7", {"descriptor_item_branches"}),
        ("DELETE FROM descriptor_item_branches", {"descriptor_item_branches"}),
    ],
)
def test_a_wrong_figure_is_found_and_counted_again(wrong: str, found: set[str]) -> None:
    taste(learner(), *WORDS, item_name="Sidamo")
    place("Smoke", "Roast", "Burnt")
    merge("Raisin", "Raisins")
    fold()
    run(wrong.format(smoke=term_of("smoke").pk))
    assert {each["kept_in"] for each in differences()} == found
    run("DELETE FROM descriptor_item_partitions")
    assert differences() == []
    assert_wheels_are_right("Sidamo")


def test_branches_of_an_item_without_any_use_are_counted_again(db: None) -> None:
    ada = learner()
    taste(ada, *WORDS, item_name="Sidamo")
    fold()
    run("DELETE FROM descriptor_item_terms")
    run("DELETE FROM flavor_descriptors WHERE user_id = %s", ada)
    run("DELETE FROM descriptor_item_partitions")
    assert differences() == []
    assert run("SELECT * FROM descriptor_item_branches") == []


def test_what_is_written_during_a_check_is_no_difference(db: None) -> None:
    ada, bo = learner(), learner()
    for user in (ada, bo):
        taste(user, *WORDS, item_name="Sidamo")
    fold()
    note(ada, "Raisin", item_name="Sidamo", intensity=3)
    note(ada, "Honey", item_name="Sidamo", descriptor_type="aroma")
    note(ada, "Honey", item_name="Elsewhere")
    run("DELETE FROM flavor_descriptors WHERE user_id = %s AND descriptor_text = 'Smoke'", ada)
    run("UPDATE members SET is_active = false WHERE id = %s", bo)
    assert run("SELECT * FROM check_items()") == []

    smoke, honey = term_of("smoke").pk, term_of("honey").pk
    run("UPDATE descriptor_item_changes SET uses = 2 WHERE term_id = %s", honey)
    run("UPDATE descriptor_item_terms SET flavor_sum = 1 WHERE term_id = %s", smoke)
    wrong = run("SELECT kept_key FROM check_items() ORDER BY kept_key")
    assert wrong == [(f"Sidamo {term}",) for term in sorted((smoke, honey), key=str)]


def test_a_check_says_nothing_of_a_month_that_goes_meanwhile(db: None) -> None:
    ada = learner()
    for at in MONTHS:
        taste(ada, "Raisin", item_name="Sidamo")
        note(ada, "Raisin", item_name="Sidamo", at=f"{at} 10:00")
    fold()
    name, _ = partition_of(MONTHS[2])
    run(f"ALTER TABLE flavor_descriptors DETACH PARTITION {name}")
    assert run("SELECT * FROM check_items()") == []


# --- Partitions ----------------------------------------------------------------------------------
def partition_of(day: str) -> tuple[str, str]:
    name = value("SELECT get_partition_for_date('flavor_descriptors', %s)", day)
    return name, value(
        "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = %s", name
    )


def test_a_month_that_is_detached_is_in_no_wheel_until_it_comes_back(db: None) -> None:
    ada, bo = learner(), learner()
    for at in MONTHS:
        for user in (ada, bo):
            note(user, "Raisin", item_name="Sidamo", at=f"{at} 10:00", intensity=3)
    fold()
    name, bounds = partition_of(MONTHS[2])
    run(f"ALTER TABLE flavor_descriptors DETACH PARTITION {name}")
    assert (kept("Sidamo"), enough_changed()) == (False, True)
    fold()
    assert kept("Sidamo")
    assert_wheels_are_right("Sidamo")

    run(f"ALTER TABLE flavor_descriptors ATTACH PARTITION {name} {bounds}")
    assert not kept("Sidamo")
    assert differences() == []
    assert kept("Sidamo")
    assert_wheels_are_right("Sidamo")


def test_who_is_hidden_while_a_month_is_away_is_not_in_it_when_it_comes_back(db: None) -> None:
    ada, bo = learner(), learner()
    for at in MONTHS:
        for user in (ada, bo):
            note(user, "Raisin", item_name="Sidamo", at=f"{at} 10:00")
    fold()
    name, bounds = partition_of(MONTHS[2])
    run(f"ALTER TABLE flavor_descriptors DETACH PARTITION {name}")
    run("UPDATE members SET is_active = false WHERE id = %s", bo)
    run(f"ALTER TABLE flavor_descriptors ATTACH PARTITION {name} {bounds}")
    assert not kept("Sidamo")
    assert differences() == []
    assert_wheels_are_right("Sidamo")


def test_a_month_that_is_made_empty_costs_no_count(db: None) -> None:
    taste(learner(), *WORDS, item_name="Sidamo")
    fold()
    run("SELECT create_partition('public.flavor_descriptors', 'month', '2031-05-01')")
    assert not kept("Sidamo")
    assert value("SELECT choose_items_to_count()") == []
    assert kept("Sidamo")


def test_merges_and_branches_survive_a_count_of_all(db: None) -> None:
    ada = learner()
    taste(ada, *WORDS, item_name="Sidamo")
    place("Raisin", "Fruit", "Dried")
    merge("Raisin", "Raisins")
    refresh()
    run("DELETE FROM descriptor_item_partitions")
    refresh()
    assert kept("Sidamo")
    assert differences() == []
    assert_wheels_are_right("Sidamo")
