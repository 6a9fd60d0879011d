"""What is kept of the descriptors equals a full count, whatever happens to them."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError

from flavors.rollups import VIEWS, differences, prove_month
from ops.models import ErasedMember, Run, ViewStatus
from ops.work import Refused
from tests.flavors.tasting import learner, note, run, term_of, value

pytestmark = pytest.mark.django_db

MONTHS = ("2026-11-03", "2026-11-17", "2026-12-01")
WORDS = ("Dark chocolate", "Raisin", "Raisins", "Smoke", "Lemon peel")


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


@pytest.mark.parametrize("seed", range(6))
def test_any_work_leaves_what_a_full_count_says(seed: int) -> None:
    """Notes of any month, changes, deletions, erasures, with folds at any time between."""
    chance = random.Random(seed)  # noqa: S311
    users = [learner() for _ in range(4)]
    notes: list[UUID] = []
    for _ in range(120):
        dice = chance.random()
        if dice < 0.6 or not notes:
            given: dict[str, Any] = {"at": chance.choice(MONTHS) + f" 10:{chance.randrange(60)}"}
            if chance.random() < 0.5:
                given["intensity"] = chance.randint(1, 5)
            given["descriptor_type"] = chance.choice(("aroma", "flavor"))
            given["ai_extracted"] = chance.random() < 0.3
            notes.append(note(chance.choice(users), chance.choice(WORDS), **given))
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
        elif dice < 0.97:
            fold()
        else:
            gone = chance.choice(users)
            run("DELETE FROM flavor_descriptors WHERE user_id = %s", gone)
            run("DELETE FROM descriptor_member_terms WHERE user_id = %s", gone)
    assert differences() == []
    used = rows("SELECT sum(uses) FROM descriptor_months")[0][0] or 0
    assert used == value("SELECT count(*) FROM flavor_descriptors")


def test_a_wrong_figure_is_found_and_keeps_a_month_from_the_archive(db: None) -> None:
    note(learner())
    fold()
    run("UPDATE descriptor_term_totals SET uses = 7")

    [difference] = differences()

    assert difference["kept_in"] == "descriptor_term_totals"
    assert (difference["kept_uses"], difference["counted_uses"]) == (7, 1)
    with pytest.raises(Refused, match="differ from the descriptors in 1 places"):
        prove_month(None, None)  # type: ignore[arg-type]


def test_a_month_without_its_partition_keeps_what_was_counted(db: None) -> None:
    ada = learner()
    note(ada, "Raisin", at="2026-12-01 10:00")
    note(ada, "Smoke", at="2026-11-17 10:00")
    fold()
    name = value("SELECT get_partition_for_date('flavor_descriptors', '2026-12-01')")
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
