"""Rows of a flat table on their way into the partitioned one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from ops.models import MovedRow
from ops.models.run import Status
from ops.moving import copying, proving
from ops.work import Cancelled
from tests.flavors.moving.flat import (
    NAME,
    add,
    do,
    dry,
    here,
    make_flat,
    move,
    refusals,
    run,
    there,
    value,
    watches,
)
from tests.screens import state

pytestmark = pytest.mark.django_db(transaction=True)


def at_batch(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, number: int) -> Any:
    """Decorator: calls the function before the `number`th call of that step."""

    def decorate(act: Callable[[Any], None]) -> None:
        plain, calls = getattr(module, name), [0]

        def step(moving: Any, *rest: Any) -> Any:
            calls[0] += 1
            if calls[0] == number:
                act(moving)
            return plain(moving, *rest)

        monkeypatch.setattr(module, name, step)
        for other in (copying, proving):
            if hasattr(other, name):
                monkeypatch.setattr(other, name, step)
        import ops.moving.work as work

        if hasattr(work, name):
            monkeypatch.setattr(work, name, step)

    return decorate


def test_the_rows_come_with_their_dates_terms_and_marks(member: UUID) -> None:
    make_flat(member, 200)

    done = do(batch_size=30)

    assert (done.status, done.error) == (Status.COMPLETED, "")
    assert here() == there()
    assert done.figures["rows"] == done.figures["rows compared"] == 200
    assert value("SELECT count(DISTINCT term_id) FROM flavor_descriptors") == 20
    assert value("SELECT count(DISTINCT tableoid) FROM flavor_descriptors") == 3
    assert value("SELECT sum(rows) FROM descriptor_changes WHERE user_id = %s", member) == 200
    assert (move().state, move().read_count, watches()) == ("moved", 200, 0)
    run("SELECT fold_descriptor_changes()")
    assert value("SELECT sum(uses) FROM descriptor_member_terms WHERE user_id = %s", member) == 200


def test_a_dry_run_says_what_would_come_and_changes_nothing(member: UUID) -> None:
    make_flat(member, 120)
    wrong(member)
    before = {name: rows for name, rows in state().items() if not name.startswith("ops_run")}

    done = dry()

    after = {name: rows for name, rows in state().items() if not name.startswith("ops_run")}
    assert (done.status, done.error) == (Status.COMPLETED, "")
    assert before == after
    assert (done.figures["would come"], done.figures["would be refused"]) == (121, len(WRONG) + 1)
    reasons = {each["reason"]: each["rows"] for each in done.figures["reasons"]}
    assert reasons["Intensity is 1 to 5."] == 1
    assert sum(reasons.values()) == len(WRONG) + 1
    assert [each["partition"] for each in done.figures["partitions"]] == ["to be made"] * 3
    assert do().figures["rows"] == 121
    again = dry().figures
    assert (again["over already"], again["would come"]) == (121, 0)
    assert again["would be refused"] == len(WRONG) + 1


WRONG: dict[str, dict[str, Any]] = {
    "It has no text.": {"descriptor_text": None},
    "A descriptor needs a letter or a digit.": {"descriptor_text": " … "},
    "A descriptor has 500 characters at most.": {"descriptor_text": "x" * 501},
    "It has no member.": {"user_id": None},
    "There is no such member.": {"user_id": "00000000-0000-0000-0000-000000000001"},
    "Its source type is unknown.": {"source_type": "guess"},
    "Its descriptor type is unknown.": {"descriptor_type": None},
    "Intensity is 1 to 5.": {"intensity": 99999},
    "Its item has more than 200 characters.": {"item_name": "x" * 201},
    "A model is named only for what AI extracted.": {"extraction_model": "m"},
    "Its date is in the future.": {"created_at": "2999-01-01"},
    "Its date is before 1970 or after 2999.": {"created_at": "-infinity"},
    "It has no date.": {"created_at": None},
}
SOURCE = "00000000-0000-0000-0000-00000000aaaa"
FIRST_WRONG = 100_001


def wrong(member: UUID) -> None:
    """A row for each reason, and two of one source that are the same."""
    for n, given in enumerate(WRONG.values(), start=FIRST_WRONG):
        add(member, n, **given)
    add(member, 200_001, source_id=SOURCE)
    add(member, 200_002, source_id=SOURCE, descriptor_text="toffee!", created_at="2025-04-09")


def test_what_cannot_come_is_refused_with_its_reason(member: UUID) -> None:
    make_flat(member, 20)
    wrong(member)

    done = do(batch_size=7)

    assert (done.status, done.error) == (Status.COMPLETED, "")
    expected = dict(enumerate(WRONG, start=FIRST_WRONG))
    assert refusals() == expected | {200_002: "The same was noted of its source already."}
    assert (move().moved_count, move().refused_count) == (21, len(WRONG) + 1)


def test_a_row_that_only_the_database_refuses_stops_no_other(
    member: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_flat(member, 40)
    add(member, 300_000, descriptor_text="x" * 501)
    monkeypatch.setattr("flavors.flat.RULES", "SELECT %(visible)s")

    done = do(batch_size=10)

    assert done.status == Status.COMPLETED
    assert "500" in refusals()[300_000]
    assert move().moved_count == 40


def test_writes_to_both_tables_during_the_move_arrive(
    member: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_flat(member, 100)
    add(member, 200_001, source_id=SOURCE)
    add(member, 200_002, source_id=SOURCE, descriptor_text="toffee!")

    @at_batch(monkeypatch, copying, "copy_batch", 3)
    def _(moving: Any) -> None:
        run(f"UPDATE {NAME} SET descriptor_text = 'Later' WHERE id < %s", f"{50:032x}")
        run(f"UPDATE {NAME} SET created_at = '2024-12-24' WHERE id = %s", f"{60:032x}")
        run(f"DELETE FROM {NAME} WHERE id = ANY (%s::uuid[])", [f"{5:032x}", f"{90:032x}"])
        run(f"UPDATE {NAME} SET id = %s WHERE id = %s", f"{1000:032x}", f"{7:032x}")
        add(member, 0, descriptor_text="Zero")

    @at_batch(monkeypatch, proving, "prove", 1)
    def _(moving: Any) -> None:
        add(member, 2000, descriptor_text="Last")
        # The one that was there first goes: its copy may come now.
        run(f"DELETE FROM {NAME} WHERE id = %s", f"{200_001:032x}")

    done = do(batch_size=25)

    assert (done.status, done.error) == (Status.COMPLETED, "")
    assert here() == there()
    assert refusals() == {}
    assert (watches(), value("SELECT count(*) FROM ops_move_changes")) == (0, 0)


def test_what_was_changed_here_is_neither_overwritten_nor_taken_back(member: UUID) -> None:
    make_flat(member, 30)
    do()
    run("UPDATE flavor_descriptors SET intensity = 5 WHERE descriptor_text = 'Word 1'")
    changed = value("SELECT count(*) FROM flavor_descriptors WHERE descriptor_text = 'Word 1'")
    run(f"UPDATE {NAME} SET intensity = 1 WHERE id = %s", f"{1:032x}")

    again = do()

    assert again.status == Status.COMPLETED
    assert again.figures["changed here since"] == changed - 1
    assert list(refusals()) == [1]
    taken = do("undo_migration")
    assert (taken.status, taken.figures["kept"]) == (Status.COMPLETED, changed)
    assert value("SELECT count(*) FROM flavor_descriptors") == changed
    assert not MovedRow.objects.exists()


@pytest.mark.parametrize("step", ["copy_batch", "catch_up_batch", "prove"])
def test_a_cancelled_move_leaves_the_source_and_goes_on(
    member: UUID, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    make_flat(member, 100)
    before = there()

    with monkeypatch.context() as patched:

        @at_batch(patched, proving if step == "prove" else copying, step, 1)
        def _(moving: Any) -> None:
            assert watches() == 5
            moving.work.stop(Cancelled, lambda: None)
            moving.work.check_cancelled()

        stopped = do(batch_size=20)

    assert stopped.status == Status.CANCELLED
    assert "rows are over" in stopped.progress_note
    assert (watches(), there()) == (0, before)
    run(f"DELETE FROM {NAME} WHERE id < %s", f"{11:032x}")
    run(f"UPDATE {NAME} SET item_name = 'Other' WHERE id < %s", f"{30:032x}")
    add(member, 0)

    assert do(batch_size=20).status == Status.COMPLETED
    assert here() == there()


def test_undo_takes_out_what_came_and_it_can_come_again(
    member: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_flat(member, 50)
    run(
        "INSERT INTO flavor_descriptors (user_id, source_type, descriptor_type, descriptor_text)"
        " VALUES (%s, 'quick_review', 'aroma', 'Own')",
        member,
    )
    do()
    monkeypatch.setattr("ops.moving.undoing.BATCH", 20)

    taken = do("undo_migration")

    assert (taken.status, taken.figures["rows"]) == (Status.COMPLETED, 50)
    assert run("SELECT descriptor_text FROM flavor_descriptors") == [("Own",)]
    assert do("undo_migration").error == f"Nothing of {NAME} was moved into flavor_descriptors."
    assert do().figures["rows"] == 50


def test_the_source_is_not_truncated_under_a_move(
    member: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_flat(member, 20)
    said = []

    @at_batch(monkeypatch, copying, "copy_batch", 2)
    def _(moving: Any) -> None:
        with pytest.raises(DatabaseError, match="are being moved"), transaction.atomic():
            run(f"TRUNCATE {NAME}")
        said.append(True)

    assert do(batch_size=5).status == Status.COMPLETED
    assert said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("DROP COLUMN user_id", "user_id is missing."),
        ("ALTER COLUMN intensity TYPE text", "intensity is text, not smallint."),
        ("DROP CONSTRAINT descriptors_before_pkey", "Its primary key must be the column id."),
        ("ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY", "Row-level security hides rows"),
    ],
)
def test_a_table_of_another_shape_is_refused_by_name(member: UUID, change: str, words: str) -> None:
    make_flat(member, 1)
    run(f"ALTER TABLE {NAME} {change}")

    done = dry()

    assert done.status == Status.FAILED
    assert words in done.error
    assert do(source="public.members").error.startswith("There is no table public.members with")
