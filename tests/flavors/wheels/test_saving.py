from __future__ import annotations

from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection

from assessments.models import Member
from flavors.models import FlavorWheel
from flavors.models.choices import WheelScope, WheelType
from flavors.wheels import reading
from flavors.wheels.figures import rows_of, wheel_of
from flavors.wheels.reading import (
    choices_for,
    count_of_stale,
    figures_of,
    palette_for,
    with_state,
)
from flavors.wheels.saving import STALE, order, regenerate, save_wheel
from flavors.wheels.subjects import Subject, subject_of
from ops.models import AuditEntry, Run
from ops.registry import Operation, declared
from ops.work import Refused, Work
from tests.flavors.tasting import note, run
from tests.flavors.wheels.tasters import COFFEE, ada, refresh, tree

EVERYBODY = Subject(WheelScope.UNIVERSAL, WheelType.COMBINED)


@pytest.fixture
def member(db: None) -> UUID:
    tree()
    made = ada()
    refresh()
    return made


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create_user("curator")


def personal(member: UUID, wheel_type: WheelType = WheelType.COMBINED) -> Subject:
    return Subject(WheelScope.PERSONAL, wheel_type, member, name="Ada Lovelace")


def of_item(name: str = "Old Mill") -> Subject:
    return Subject(WheelScope.ITEM, WheelType.COMBINED, of=name)


def paths(subject: Subject) -> dict[str, int]:
    wheel = wheel_of(figures_of(subject))
    return {" / ".join(row.path): row.slice.count for row in rows_of(wheel)}


def work_on(target: str) -> Work:
    return Work(UUID(int=0), "regenerate_wheels", target, {}, 1)


def make_old(wheel: FlavorWheel, days: int = 8) -> None:
    run(
        "UPDATE flavor_wheels SET generated_at = now() - make_interval(days => %s) WHERE id = %s",
        days,
        wheel.pk,
    )


# --- Figures -------------------------------------------------------------------------------------
def test_a_members_wheel_has_the_tree(member: UUID) -> None:
    assert paths(personal(member)) == {
        "Fruit": 4,
        "Fruit / Berries": 4,
        "Fruit / Berries / raspberry": 3,
        "Fruit / Berries / blueberry": 1,
        "Sweet": 1,
        "Sweet / Sugars": 1,
        "Sweet / Sugars / caramel": 1,
    }


def test_types_and_scopes_tell_wheels_apart(member: UUID) -> None:
    assert paths(personal(member, WheelType.AROMA))["Fruit"] == 1
    assert "an old library" in " ".join(paths(personal(member, WheelType.METAPHOR)))
    assert paths(of_item())["Fruit"] == 4
    assert paths(Subject(WheelScope.CATEGORY, WheelType.COMBINED, of="wine"))["Sweet"] == 1
    assert paths(EVERYBODY)["Fruit"] == 4


def test_colors_come_from_the_tree_of_the_wheels_kind(member: UUID) -> None:
    assert palette_for(WheelType.COMBINED) == {("fruit",): "#c8443a"}
    assert palette_for(WheelType.METAPHOR) == {}


# --- Choosing ------------------------------------------------------------------------------------
def test_members_are_found_by_words_and_by_id(member: UUID) -> None:
    Member.objects.create(id=UUID(int=7), display_name="Adam Smith", email="love@example.org")

    def names(text: str) -> list[str]:
        return [each.name for each in choices_for(WheelScope.PERSONAL, text)]

    assert names("ada") == ["Ada Lovelace", "Adam Smith"]
    assert names("love ada") == ["Ada Lovelace"]
    assert names(str(member)) == ["Ada Lovelace"]
    assert names("") == []


def test_items_and_categories_are_found_by_how_they_begin(member: UUID) -> None:
    assert [each.of for each in choices_for(WheelScope.CATEGORY, "")] == ["coffee", "wine"]
    assert [each.of for each in choices_for(WheelScope.CATEGORY, "w")] == ["wine"]
    assert [each.of for each in choices_for(WheelScope.ITEM, "old")] == ["Old Mill"]
    assert [each.of for each in choices_for(WheelScope.ITEM, "%")] == []


@pytest.mark.parametrize(
    ("query", "table", "index"),
    [
        (reading.ITEMS, "flavor_descriptors", "item_name_idx"),
        (reading.CATEGORIES, "descriptor_item_category_totals", "item_category_terms_by_branch"),
    ],
)
def test_choices_are_steps_along_an_index(member: UUID, query: str, table: str, index: str) -> None:
    values = {"begins": ["c", "C"], "text": "c", "limit": 21}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN (COSTS OFF) {query}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert index in plan
    assert f"Seq Scan on {table}" not in plan


# --- Saving --------------------------------------------------------------------------------------
def test_a_wheel_is_saved_once_and_recorded(member: UUID, staff: User) -> None:
    first = save_wheel(subject=personal(member), user=staff)
    again = save_wheel(subject=personal(member), user=staff)

    assert first.pk == again.pk
    assert (again.descriptor_count, again.scope_value) == (5, "")
    assert subject_of(FlavorWheel.objects.get()) == personal(member)
    entry = AuditEntry.objects.filter(action="save").latest("pk")
    assert (entry.entity_type, entry.details["label"]) == (
        "flavorwheel",
        "Combined wheel of Ada Lovelace",
    )


def test_an_empty_wheel_is_not_saved(member: UUID, staff: User) -> None:
    with pytest.raises(Refused, match="no descriptors"):
        save_wheel(subject=of_item("Nothing of the kind"), user=staff)

    assert not FlavorWheel.objects.exists()


# --- Stale ones ----------------------------------------------------------------------------------
def test_a_wheel_of_last_week_is_stale(member: UUID, staff: User) -> None:
    fresh = save_wheel(subject=EVERYBODY, user=staff)
    old = save_wheel(subject=personal(member), user=staff)
    make_old(old)

    states = {each.pk: each.is_stale for each in with_state(FlavorWheel.objects.all())}

    assert states == {fresh.pk: False, old.pk: True}
    assert count_of_stale() == 1


def test_a_run_makes_one_again(member: UUID, staff: User) -> None:
    wheel = save_wheel(subject=of_item(), user=staff)
    note(member, "caramel", **COFFEE)
    refresh()

    result = regenerate(work_on(str(wheel.pk)))

    wheel.refresh_from_db()
    assert wheel.descriptor_count == 5
    assert result.text == "Made again from 5 descriptors."


def test_a_run_makes_all_stale_ones_again(member: UUID, staff: User) -> None:
    for subject in (EVERYBODY, of_item(), personal(member)):
        make_old(save_wheel(subject=subject, user=staff))
    fresh = save_wheel(subject=personal(member, WheelType.AROMA), user=staff)
    before = fresh.generated_at
    work = work_on(STALE)

    result = regenerate(work)

    assert result.text == "3 stale wheels made again."
    assert work.latest_progress[:2] == (2, 3)
    assert count_of_stale() == 0
    fresh.refresh_from_db()
    assert fresh.generated_at == before
    assert regenerate(work_on(STALE)).text == "No wheel is stale."


def test_a_wheel_that_is_gone_is_refused(db: None) -> None:
    with pytest.raises(Refused, match="gone"):
        regenerate(work_on(str(UUID(int=1))))


def test_ordering_twice_is_one_run(member: UUID, staff: User) -> None:
    first, is_new = order(wheel=None, user=staff)
    again, is_second = order(wheel=None, user=staff)

    assert (is_new, is_second, first) == (True, False, again)
    assert Run.objects.get(operation="regenerate_wheels").target == STALE
    assert declared(Operation)["regenerate_wheels"].permission == "flavors.change_flavorwheel"
