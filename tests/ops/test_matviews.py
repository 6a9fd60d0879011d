"""Materialized views: their status, their refresh, and what stands in its way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from ops.matviews import (
    Durations,
    durations,
    in_dependency_order,
    start_refreshes,
)
from ops.models import AuditEntry, Run, ViewState, ViewStatus
from ops.models.run import Status
from ops.runner import perform, perform_here
from ops.work import Refused
from tests.ops.conftest import database_url
from tests.ops.views import Views, execute, own_views


def fetch(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def flush_statistics() -> None:
    """What was committed counts at once, not within seconds."""
    execute("SELECT pg_stat_force_next_flush()")


@pytest.fixture
def declare(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Views]:
    """Makes views of the test's own; what it does is committed."""
    with own_views(monkeypatch) as views:
        yield views


def status(name: str) -> ViewStatus:
    return ViewStatus.objects.get(pk=name)


def grow_old(name: str) -> None:
    ViewState.objects.filter(pk=name).update(refreshed_at=Now() - timedelta(hours=1))


def refresh(name: str, **order: object) -> Run:
    return perform_here(operation="refresh", target=name, **order)[0]


# --- Status --------------------------------------------------------------------------------------
def test_view_is_stale_until_its_first_refresh(declare: Views) -> None:
    name = declare("seen")

    before = status(name)
    assert (before.is_populated, before.is_stale, before.last_refresh) == (True, True, None)
    assert before.changes_since_refresh is None

    execute("INSERT INTO measured SELECT generate_series(1, 1500)")
    run = refresh(name)

    after = status(name)
    assert (run.status, run.result, run.figures["rows"]) == ("completed", "1,500 rows.", 1500)
    assert durations([name])[name].seconds == (run.figures["seconds"],)
    assert (after.is_stale, after.row_count) == (False, 1500)
    assert after.last_refresh is not None
    assert after.last_duration is not None
    assert after.total_bytes


def test_changes_count_since_the_refresh(declare: Views) -> None:
    name = declare("seen")
    refresh(name)
    assert status(name).changes_since_refresh == 0

    execute("INSERT INTO measured VALUES (1), (2), (3)")
    execute("UPDATE measured SET number = 7 WHERE number = 3")
    execute("DELETE FROM measured WHERE number = 7")
    flush_statistics()

    assert status(name).changes_since_refresh == 5
    refresh(name)
    flush_statistics()
    assert status(name).changes_since_refresh == 0


def test_status_waits_for_no_lock(declare: Views) -> None:
    name = declare("seen")
    execute("INSERT INTO measured SELECT generate_series(1, 1500)")
    refresh(name)
    with psycopg.connect(database_url()) as other:
        other.execute(f"LOCK TABLE measured; REFRESH MATERIALIZED VIEW {name}")
        execute("SET lock_timeout = '5s'")
        try:
            locked = status(name)
        finally:
            execute("RESET lock_timeout")
            other.rollback()
    assert (locked.row_count, locked.changes_since_refresh) == (1500, 0)


def test_old_view_is_stale_only_if_something_was_written(declare: Views) -> None:
    name = declare("seen")
    refresh(name)
    grow_old(name)
    assert not status(name).is_stale

    execute("INSERT INTO measured VALUES (1)")
    flush_statistics()

    assert status(name).is_stale


def test_counters_that_began_anew_make_an_old_view_stale(declare: Views) -> None:
    name = declare("seen")
    refresh(name)
    ViewState.objects.filter(pk=name).update(counters={"measured": 99})
    grow_old(name)

    assert status(name).changes_since_refresh is None
    assert status(name).is_stale


def test_writes_into_partitions_count(declare: Views) -> None:
    declare("seen")
    ViewState.objects.filter(pk="seen").update(
        reads=["audit_logs"], refreshed_at=Now(), counters={}
    )
    before = status("seen").changes_since_refresh

    AuditEntry.objects.create(action="look")
    flush_statistics()

    assert status("seen").changes_since_refresh == before + 1


def test_refresh_of_a_dependency_counts_as_change(declare: Views) -> None:
    first = declare("base")
    second = declare("above", depends_on=("base",))
    refresh(first)
    refresh(second)

    execute("INSERT INTO measured VALUES (1), (2)")
    refresh(first)
    flush_statistics()

    assert status(second).changes_since_refresh == 2


def test_undeclared_view_is_forgotten(declare: Views) -> None:
    declare("seen")

    declare.forget("seen")

    assert not ViewStatus.objects.filter(pk="seen").exists()


def test_scheduled_refresh_says_so(declare: Views) -> None:
    name = declare("seen")
    refresh(name, schedule="refresh-seen")
    assert status(name).last_refresh_by == "schedule"


# --- Obstacles -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"index": ""}, "it has no unique index over plain columns of all its rows"),
        ({"index": "(number) WHERE number > 0"}, "it has no unique index over plain"),
        ({"index": "((number + 1))"}, "it has no unique index over plain"),
        ({"populated": False}, "it was never populated"),
    ],
)
def test_refused_refresh_says_why(declare: Views, how: dict[str, object], reason: str) -> None:
    name = declare("odd", **how)

    run = refresh(name)

    assert (run.status, run.attempts) == (Status.FAILED, 1)
    assert f"odd cannot be refreshed concurrently: {reason}" in run.error
    assert reason in (status(name).obstacle or "")
    with pytest.raises(DatabaseError, match=reason):
        fetch("SELECT refresh_view('odd', 'ada')")


def test_blocking_form_populates_what_was_never_populated(declare: Views) -> None:
    name = declare("odd", populated=False)

    run = refresh(name, parameters={"blocking": True})

    assert run.status == Status.COMPLETED
    assert status(name).obstacle is None


def test_missing_view_says_so(declare: Views) -> None:
    name = declare("odd")
    execute("ALTER MATERIALIZED VIEW odd RENAME TO gone")
    try:
        assert "it does not exist" in refresh(name).error
    finally:
        execute("ALTER MATERIALIZED VIEW gone RENAME TO odd")


def test_undeclared_view_is_refused(db: None) -> None:
    with pytest.raises(Refused, match="No app declares a materialized view named nothing"):
        in_dependency_order(["nothing"])
    with pytest.raises(DatabaseError, match="No app declares"), transaction.atomic():
        fetch("SELECT refresh_view('nothing', 'ada')")


# --- Several at once -----------------------------------------------------------------------------
def test_readers_go_on_while_it_is_refreshed(declare: Views) -> None:
    name = declare("seen")
    execute("INSERT INTO measured VALUES (1)")
    refresh(name)
    with psycopg.connect(database_url()) as reader:
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        assert reader.execute("SELECT count(*) FROM seen").fetchone() == (1,)

        execute("INSERT INTO measured VALUES (2)")
        run = refresh(name)

        assert run.status == Status.COMPLETED
        assert reader.execute("SELECT count(*) FROM seen").fetchone() == (1,)
    assert fetch("SELECT count(*) FROM seen") == 2


def test_blocking_form_gives_up_when_readers_do_not_let_it_in(declare: Views) -> None:
    declare("seen")
    with psycopg.connect(database_url()) as reader:
        reader.execute("SELECT count(*) FROM seen")
        execute("SET lock_timeout = '50ms'")
        with pytest.raises(DatabaseError, match="Readers of seen did not let the refresh in"):
            fetch("SELECT refresh_view('seen', 'ada', true)")
        execute("RESET lock_timeout")


def test_two_refreshes_at_once_make_one(declare: Views, ops_user: User) -> None:
    name = declare("seen")

    [(first, is_first)] = start_refreshes(names=[name], user=ops_user)
    [(second, is_second)] = start_refreshes(names=[name], user=ops_user)

    assert (first.pk, is_first, is_second) == (second.pk, True, False)
    perform(first.pk)
    perform(first.pk)
    assert Run.objects.get(operation="refresh").attempts == 1
    assert status(name).last_refresh_by == "olga"
    assert AuditEntry.objects.filter(action="refresh", entity_type="view", entity_id=name).count()


def test_sql_function_and_run_do_not_meet(declare: Views) -> None:
    name = declare("seen")
    with psycopg.connect(database_url()) as other:
        other.execute("SELECT refresh_and_record('seen')")

        run = refresh(name)
        assert (run.status, run.attempts) == (Status.PENDING, 0)
        assert run.next_retry_at is not None
        with pytest.raises(DatabaseError, match="It is running already: refresh seen"):
            fetch("SELECT refresh_view('seen', 'ada')")


def test_several_are_started_in_the_order_of_their_dependencies(
    declare: Views, ops_user: User
) -> None:
    declare("base")
    declare("middle", depends_on=("base",))
    declare("top", depends_on=("middle",))

    runs = start_refreshes(names=["top", "base"], user=ops_user)

    assert [run.target for run, _ in runs] == ["base", "top"]


def test_view_waits_for_the_one_it_reads(declare: Views, ops_user: User) -> None:
    declare("base")
    declare("above", depends_on=("base",))
    [(base, _), (above, _)] = start_refreshes(names=["above", "base"], user=ops_user)

    perform(above.pk)
    above.refresh_from_db()
    assert (above.status, above.error) == ("pending", "It waits for the refresh of base.")
    assert above.next_retry_at is not None
    assert above.max_attempts == 4, "waiting costs no try"

    perform(base.pk)
    Run.objects.filter(pk=above.pk).update(next_retry_at=None)
    perform(above.pk)
    above.refresh_from_db()
    assert (above.status, above.error) == ("completed", "")


# --- Durations -----------------------------------------------------------------------------------
def test_durations_come_from_the_ledger_oldest_first(declare: Views) -> None:
    name = declare("seen")
    for seconds in (3, 1, 2):
        Run.objects.create(
            operation="refresh",
            target=name,
            status=Status.COMPLETED,
            started_at=Now() - timedelta(seconds=seconds),
            finished_at=Now(),
        )

    assert durations([name, "other"]) == {
        name: Durations((3.0, 1.0, 2.0)),
        "other": Durations(()),
    }


@pytest.mark.parametrize(
    ("seconds", "average", "trend"),
    [((), None, None), ((1.0, 3.0), 2.0, None), ((1.0, 2.0, 2.0, 2.0, 2.0, 2.0), 11 / 6, 100)],
)
def test_trend_compares_the_last_five_with_those_before(
    seconds: tuple[float, ...], average: float | None, trend: int | None
) -> None:
    assert Durations(seconds).average == average
    assert Durations(seconds).trend == trend
