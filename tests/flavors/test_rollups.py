"""What is kept of the descriptors equals a full count, whatever happens to them."""

from __future__ import annotations

import json
import random
import re
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError

from flavors.models import FlavorCategory
from flavors.rollups import VIEWS, differences, prove_month
from ops.models import ErasedMember, Run, ViewStatus
from ops.work import Refused
from tests.flavors.months import LAST, MONTHS, NEXT, THIS, make_last_month, month_of
from tests.flavors.tasting import learner, note, run, term_of, value

pytestmark = pytest.mark.django_db

WORDS = ("Dark chocolate", "Raisin", "Raisins", "Smoke", "Lemon peel")


@pytest.fixture(autouse=True)
def last_month(db: None) -> None:
    make_last_month()


def fold() -> int:
    return value("SELECT fold_descriptor_changes()")


def rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    return run(sql, *values)


def summary(user: UUID) -> dict[str, int]:
    return dict(
        rows(
            "SELECT descriptor_text, usage_count FROM mv_user_descriptor_summary"
            " WHERE user_id = %s",
            user,
        )
    )


def test_a_refresh_says_how_many_rows_a_view_has(db: None) -> None:
    for text in ("Raisin", "Smoke", "Smoke"):
        note(learner(), text)
    run("SELECT refresh_descriptor_views()")
    kept = ViewStatus.objects.get(view_name="mv_user_descriptor_summary")
    assert kept.row_count == value("SELECT count(*) FROM mv_user_descriptor_summary") == 3


def test_what_is_noted_is_counted_once(db: None) -> None:
    ada, bo = learner(), learner()
    for user, text in ((ada, "Raisin"), (ada, "raisin"), (bo, "Raisin"), (bo, "Smoke")):
        note(user, text, intensity=4)
    assert summary(ada) == {}

    fold()

    assert summary(ada) == {"Raisin": 2}
    assert summary(bo) == {"Raisin": 1, "Smoke": 1}
    [(uses, members, strength)] = rows(
        "SELECT usage_count, user_count, avg_intensity FROM mv_global_descriptor_stats"
        " WHERE descriptor_text = 'Raisin'"
    )
    assert (uses, members, strength) == (3, 2, 4)
    term = term_of("raisin")
    assert (term.usage_count, term.user_count) == (3, 2)
    assert fold() == 0


def test_a_merge_counts_together_and_an_undo_apart_without_a_refresh(db: None) -> None:
    ada, bo = learner(), learner()
    for user, text in ((ada, "Raisin"), (ada, "Raisins"), (bo, "Raisins")):
        note(user, text)
    fold()

    run(
        "UPDATE flavor_terms SET canonical_id = %s WHERE id = %s",
        term_of("raisin").pk,
        term_of("raisins").pk,
    )

    assert summary(ada) == {"Raisin": 2}
    assert rows("SELECT usage_count, user_count FROM mv_global_descriptor_stats") == [(3, 2)]
    run("UPDATE flavor_terms SET canonical_id = NULL")
    assert summary(ada) == {"Raisin": 1, "Raisins": 1}
    assert differences() == []


def curate(chance: random.Random) -> None:
    """Merges a term, takes one out of a merge, moves or rejects it."""
    terms = [key for (key,) in rows("SELECT id FROM flavor_terms ORDER BY id")]
    if len(terms) < 2:
        return
    one, other = chance.sample(terms, 2)
    run(
        chance.choice(
            (
                "UPDATE flavor_terms SET canonical_id = %(other)s WHERE id = %(one)s AND NOT EXISTS"
                " (SELECT FROM flavor_terms WHERE canonical_id = %(one)s) AND"
                " (SELECT canonical_id FROM flavor_terms WHERE id = %(other)s) IS NULL",
                "UPDATE flavor_terms SET canonical_id = NULL WHERE id = %(one)s",
                "UPDATE flavor_terms SET category_id = (SELECT min(id) FROM flavor_categories)"
                " WHERE id = %(one)s",
                "UPDATE flavor_terms SET category_id = (SELECT max(id) FROM flavor_categories)"
                " WHERE id = %(one)s",
                "UPDATE flavor_terms SET category_id = NULL WHERE id = %(one)s",
                "UPDATE flavor_terms SET status = 'rejected' WHERE id = %(one)s",
                "UPDATE flavor_terms SET status = 'approved' WHERE id = %(one)s",
            )
        )
        .replace("%(one)s", str(one))
        .replace("%(other)s", str(other))
    )


def wheel_of_category(category: str) -> dict[str, dict[str, int]]:
    """Of each category of flavors the uses by term."""
    wheel = json.loads(
        value("SELECT get_wheel_data_fast(NULL, 'combined', 'category', %s)::text", category)
    )
    return {
        top["name"]: {
            term["text"]: term["count"]
            for part in top["subcategories"]
            for term in part["descriptors"]
        }
        for top in wheel["categories"]
    }


def descriptors_of_category(category: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for name, text, uses in rows(
        "SELECT COALESCE(path.category, 'Uncategorised'), t.display_text, count(*)"
        " FROM flavor_descriptors AS d"
        " JOIN members AS m ON m.id = d.user_id AND m.is_active"
        " JOIN flavor_terms AS raw ON raw.id = d.term_id"
        " JOIN flavor_terms AS t ON t.id = COALESCE(raw.canonical_id, raw.id)"
        " LEFT JOIN flavor_category_paths AS path ON path.id = t.category_id"
        " WHERE d.item_category = %s AND t.status <> 'rejected' GROUP BY 1, 2",
        category,
    ):
        found.setdefault(name, {})[text] = uses
    return found


def any_note(chance: random.Random, user: UUID) -> UUID:
    given: dict[str, Any] = {"at": chance.choice(MONTHS) + f" 10:{chance.randrange(60)}"}
    if chance.random() < 0.5:
        given["intensity"] = chance.randint(1, 5)
    given["descriptor_type"] = chance.choice(("aroma", "flavor"))
    given["ai_extracted"] = chance.random() < 0.3
    given["item_category"] = chance.choice(("", "coffee", "wine"))
    return note(user, chance.choice(WORDS), **given)


@pytest.mark.parametrize("seed", range(6))
def test_any_work_leaves_what_a_full_count_says(seed: int) -> None:
    """Notes of any month, changes, deletions, curation, hiding, with folds at any time between."""
    chance = random.Random(seed)  # noqa: S311
    fruit = FlavorCategory.objects.create(name="Fruit")
    FlavorCategory.objects.create(name="Dried", parent=fruit)
    users = [learner() for _ in range(4)]
    notes: list[UUID] = []
    for _ in range(120):
        dice = chance.random()
        if dice < 0.6 or not notes:
            notes.append(any_note(chance, chance.choice(users)))
        elif dice < 0.75:
            run(
                "DELETE FROM flavor_descriptors WHERE id = %s",
                notes.pop(chance.randrange(len(notes))),
            )
        elif dice < 0.85:
            run(
                "UPDATE flavor_descriptors SET descriptor_text = %s WHERE id = %s",
                chance.choice(WORDS),
                chance.choice(notes),
            )
        elif dice < 0.88:
            curate(chance)
        elif dice < 0.94:
            fold()
        elif dice < 0.97:
            run("UPDATE members SET is_active = NOT is_active WHERE id = %s", chance.choice(users))
        else:
            gone = chance.choice(users)
            run("DELETE FROM flavor_descriptors WHERE user_id = %s", gone)
    assert differences() == []
    for category in ("coffee", "wine"):
        assert wheel_of_category(category) == descriptors_of_category(category)
    used = rows("SELECT sum(uses) FROM descriptor_months")[0][0] or 0
    assert used == value(
        "SELECT count(*) FROM flavor_descriptors JOIN members AS m ON m.id = user_id AND is_active"
    )


def test_a_wrong_figure_is_found_and_keeps_a_month_from_the_archive(db: None) -> None:
    note(learner())
    fold()
    run("UPDATE descriptor_term_totals SET uses = 7")

    wrong, *wheels = differences()

    assert wrong["kept_in"] == "descriptor_term_totals"
    assert (wrong["kept_uses"], wrong["counted_uses"]) == (7, 1)
    assert {each["kept_in"] for each in wheels} == {"descriptor_wheel_terms"}
    with pytest.raises(Refused, match="differ from the descriptors in 1 places"):
        prove_month(THIS, NEXT)


def test_the_wheel_of_everybody_follows_merges_and_their_undoing(db: None) -> None:
    kept = "SELECT uses FROM descriptor_wheel_terms WHERE wheel_type = 'combined' ORDER BY 1"
    told = "SELECT (generate_wheel_data_optimized() -> 'categories') @? '$.**.text ? (@ == \"%s\")'"
    ada = learner()
    for text in ("Raisin", "Raisin", "Raisins"):
        note(ada, text)
    fold()
    assert rows(kept) == [(1,), (2,)]
    raisins = term_of("raisins").pk

    run("UPDATE flavor_terms SET canonical_id = %s WHERE id = %s", term_of("raisin").pk, raisins)
    assert (value(told % "Raisin"), value(told % "Raisins")) == (True, False)
    fold()
    assert (rows(kept), differences()) == ([(3,)], [])

    run("UPDATE flavor_terms SET canonical_id = NULL WHERE id = %s", raisins)
    fold()
    assert (rows(kept), differences()) == ([(1,), (2,)], [])

    run("UPDATE flavor_terms SET status = 'rejected' WHERE id = %s", raisins)
    assert (value(told % "Raisin"), value(told % "Raisins")) == (True, False)
    fold()
    assert (rows(kept), differences()) == ([(2,)], [])


def test_a_month_is_proved_by_itself(db: None) -> None:
    ada = learner()
    for at in MONTHS:
        note(ada, "Raisin", at=f"{at} 10:00")
    fold()
    run("UPDATE descriptor_member_terms SET uses = 7 WHERE month = %s", NEXT)

    prove_month(*month_of(LAST))
    with pytest.raises(Refused, match="differ"):
        prove_month(*month_of(NEXT))


# --- Who is hidden -------------------------------------------------------------------------------
def everybody() -> list[Any]:
    """All that the figures of everybody say."""
    return [
        rows("SELECT descriptor_text, usage_count, user_count FROM mv_global_descriptor_stats"),
        rows("SELECT month, uses, members FROM descriptor_months ORDER BY 1"),
        rows("SELECT term_id, month, uses, members FROM descriptor_term_months ORDER BY 1, 2"),
        rows("SELECT item_category, term_id, uses FROM descriptor_item_category_totals ORDER BY 2"),
        rows("SELECT id, usage_count, user_count, last_used_at FROM flavor_terms ORDER BY 1"),
        rows("SELECT sum(descriptor_count) FROM get_descriptor_timeline(NULL, 366)"),
        value("SELECT get_wheel_data_fast(NULL, 'flavor') ->> 'totalDescriptors'"),
    ]


def hide(user: UUID, *, active: bool = False) -> None:
    run("UPDATE members SET is_active = %s WHERE id = %s", active, user)
    run("SELECT refresh_descriptor_views()")
    assert differences() == []


def test_a_hidden_member_is_in_no_figure_of_everybody(db: None) -> None:
    ada, bo = learner(), learner()
    for user in (ada, bo):
        note(user, "Raisin", at=f"{MONTHS[0]} 10:00", item_category="coffee")
    run("SELECT refresh_descriptor_views()")
    alone = everybody()
    for at in MONTHS:
        note(bo, "Raisin", at=f"{at} 12:00", intensity=5, item_category="coffee")
        note(bo, "Smoke", at=f"{at} 12:00", item_category="wine")
    run("SELECT refresh_descriptor_views()")
    both = everybody()

    hide(bo)

    hidden = everybody()
    assert hidden[0] == [("Raisin", 1, 1)]
    assert hidden[1] == [(LAST, 1, 1)]
    assert (hidden[5], hidden[6]) == ([(1,)], "1")
    assert summary(bo) == {"Raisin": 4, "Smoke": 3}
    # What a hidden member notes, changes nothing of everybody's.
    note(bo, "Lemon peel")
    run("DELETE FROM flavor_descriptors WHERE user_id = %s AND descriptor_text = 'Smoke'", bo)
    hide(bo)
    assert everybody()[:2] == hidden[:2]

    run("DELETE FROM flavor_descriptors WHERE descriptor_text = 'Lemon peel'")
    for at in MONTHS:
        note(bo, "Smoke", at=f"{at} 12:00", item_category="wine")
    hide(bo, active=True)
    shown = everybody()
    assert shown[:4] == both[:4]
    assert shown[5:] == both[5:]
    assert both != alone


def test_a_hidden_members_archived_months_are_hidden_too(db: None) -> None:
    ada, bo = learner(), learner()
    for user in (ada, bo):
        note(user, "Raisin", at=f"{NEXT} 10:00")
    fold()
    before = everybody()
    name = value("SELECT get_partition_for_date('flavor_descriptors', %s)", NEXT)
    bounds = value("SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = %s", name)
    run(f"ALTER TABLE flavor_descriptors DETACH PARTITION {name}")

    hide(bo)
    assert rows("SELECT uses, members FROM descriptor_months") == [(1, 1)]
    run(f"ALTER TABLE flavor_descriptors ATTACH PARTITION {name} {bounds}")
    assert differences() == []
    hide(bo, active=True)
    assert everybody()[:5] == before[:5]


def test_usage_is_no_part_of_a_terms_history(db: None) -> None:
    """The triggers that are passed over are those of this name; what a person edits is written."""
    note(learner())
    fold()
    assert rows("SELECT pgh_label FROM flavors_termevent") == [("insert",)]
    assert value("SELECT usage_count FROM flavor_terms") == 1
    known = {name for (name,) in rows("SELECT tgname FROM pg_trigger")}
    source = value("SELECT prosrc FROM pg_proc WHERE proname = 'fold_into_terms'")
    assert set(re.findall(r"pgtrigger_\w+_[0-9a-f]{5}", source)) <= known

    run("UPDATE flavor_terms SET status = 'approved'")
    assert rows("SELECT pgh_label FROM flavors_termevent ORDER BY pgh_id") == [
        ("insert",),
        ("update",),
    ]


def test_a_month_without_its_partition_keeps_what_was_counted(db: None) -> None:
    ada = learner()
    note(ada, "Raisin", at=f"{NEXT} 10:00")
    note(ada, "Smoke", at=f"{MONTHS[1]} 10:00")
    fold()
    name = value("SELECT get_partition_for_date('flavor_descriptors', %s)", NEXT)
    run(f"ALTER TABLE flavor_descriptors DETACH PARTITION {name}")

    assert differences() == []
    assert summary(ada) == {"Raisin": 1, "Smoke": 1}

    value("SELECT erase_member(%s, 'somebody')", ada)

    assert differences() == []
    assert rows("SELECT * FROM descriptor_member_terms") == []
    assert rows("SELECT * FROM descriptor_term_totals") == []


def test_views_are_worth_a_refresh_after_so_many_changes(db: None) -> None:
    ada = learner()
    assert value("SELECT should_refresh_views(1)") is False
    note(ada)
    assert value("SELECT should_refresh_views(1)") is True
    assert value("SELECT should_refresh_views()") is False
    with pytest.raises(DatabaseError, match="p_threshold must be 1 or more, not 0"):
        value("SELECT should_refresh_views(0)")


def test_refreshing_all_views_leaves_a_run_of_each(db: None) -> None:
    note(learner())
    value("SELECT refresh_descriptor_views()")

    done = Run.objects.filter(operation="refresh", target__in=VIEWS)
    assert set(done.values_list("target", flat=True)) == set(VIEWS)
    assert value("SELECT should_refresh_views(1)") is False
    statuses = ViewStatus.objects.filter(view_name__in=VIEWS)
    assert {(each.obstacle, each.is_populated, each.is_stale) for each in statuses} == {
        (None, True, False)
    }
    assert rows("SELECT usage_count FROM mv_category_descriptor_summary") == [(1,)]


def test_everybodys_wheel_has_a_row_of_its_own(db: None) -> None:
    ada = learner()
    note(ada, "Raisin", descriptor_type="aroma")
    note(ada, "Smoke")
    fold()
    for user in (ada, None):
        assert rows(
            "SELECT descriptor_count, unique_descriptors, aroma_count, flavor_count"
            " FROM mv_wheel_generation_stats WHERE user_id IS NOT DISTINCT FROM %s",
            user,
        ) == [(2, 2, 1, 1)]
    assert not ErasedMember.objects.exists()
