"""The SQL functions over partitioned tables, in plain SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from ops.models import Run, TableState
from ops.models.run import Status
from ops.partitions import synchronise_declarations
from ops.registry import PartitionedTable, declared
from ops.runner import perform, perform_here
from ops.runs import send_lost
from tests.ops.archive.conftest import connect
from tests.ops.archive.months import MONTH, TARGET, month_of, rows_of_2020

FUNCTIONS = (
    "declared_partitioned_table(text)",
    "partition_bounds(text)",
    "ensure_future_partitions(text, integer)",
    "analyze_all_partitions(text)",
    "get_partition_for_date(text, date)",
    "run_partition_maintenance(text)",
    "enqueue_run(text, text, jsonb)",
    "archive_old_partitions(text, integer)",
    "detach_partition(text, text, boolean)",
)
OF_A_TABLE = (
    "ensure_future_partitions(%s)",
    "analyze_all_partitions(%s)",
    "get_partition_for_date(%s, '2026-01-01')",
    "run_partition_maintenance(%s)",
    "archive_old_partitions(%s)",
    "detach_partition(%s, 'x')",
)


def fetch(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def call(function: str, *values: Any) -> list[tuple[Any, ...]]:
    return fetch(f"SELECT * FROM public.{function}", *values)


def month(ahead: int) -> str:
    """The name of the partition so many months from now."""
    number = datetime.now(UTC).year * 12 + datetime.now(UTC).month - 1 + ahead
    return f"audit_logs_{number // 12}_{number % 12 + 1:02}"


def make_month(day: str) -> None:
    fetch("SELECT public.create_partition('audit_logs', 'month', %s)", day)


# --- Declarations --------------------------------------------------------------------------------
def test_database_knows_what_is_declared(db: None) -> None:
    TableState.objects.create(name="forgotten", period="month", ahead=1)
    TableState.objects.filter(name="audit_logs").update(ahead=9)

    synchronise_declarations()

    assert set(TableState.objects.values_list("name", "period", "ahead", "keep_months")) == {
        (table.name, table.period, table.ahead, table.keep_months)
        for table in declared(PartitionedTable).values()
    }


@pytest.mark.parametrize("function", OF_A_TABLE)
@pytest.mark.parametrize("table", ["auth_user", "x; DROP TABLE auth_user", "ops_run", ""])
def test_what_nobody_declares_is_refused(db: None, function: str, table: str) -> None:
    with pytest.raises(DatabaseError, match="No app declares a partitioned table"):
        call(function, table)


@pytest.mark.parametrize("function", OF_A_TABLE)
def test_plain_table_is_refused_even_if_declared(db: None, function: str) -> None:
    TableState.objects.create(name="auth_user", period="month", ahead=1)
    with pytest.raises(DatabaseError, match="auth_user is declared, but it is no partitioned"):
        call(function, "auth_user")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_are_closed_and_search_no_path(db: None, function: str) -> None:
    [(public, settings)] = fetch(
        "SELECT has_function_privilege('public', oid, 'EXECUTE'), proconfig"
        " FROM pg_proc WHERE oid = %s::regprocedure",
        f"public.{function}",
    )
    assert not public
    assert 'search_path=""' in settings


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ("('', 'month', 1)", "partitioned_table_has_name"),
        ("('x', 'week', 1)", "partition_period_is_known"),
        ("('x', 'month', 121)", "partitions_are_made_ten_years_ahead_at_most"),
    ],
)
def test_declarations_keep_their_rules(db: None, values: str, rule: str) -> None:
    with pytest.raises(DatabaseError, match=rule), transaction.atomic():
        fetch(f"INSERT INTO ops_partitioned_tables (name, period, ahead) VALUES {values}")


# --- Partitions ahead ----------------------------------------------------------------------------
def test_missing_partitions_are_made_and_named(db: None) -> None:
    fetch(f"DROP TABLE {month(2)}")

    assert call("ensure_future_partitions(%s)", "audit_logs") == [(month(2),)]
    assert call("ensure_future_partitions(%s)", "audit_logs") == []
    assert call("ensure_future_partitions(%s, 5)", "audit_logs") == [(month(4),), (month(5),)]


def test_year_partitions_reach_as_far_as_the_months(db: None) -> None:
    fetch(
        "CREATE TABLE yearly (id uuid PRIMARY KEY, created_at timestamptz GENERATED ALWAYS"
        " AS (uuid_extract_timestamp(id)) STORED) PARTITION BY RANGE (id)"
    )
    TableState.objects.create(name="yearly", period="year", ahead=1)
    year = datetime.now(UTC).year

    assert call("ensure_future_partitions('yearly')") == [
        (f"yearly_{year}",),
        (f"yearly_{year + 1}",),
    ]
    assert call("ensure_future_partitions('yearly', 24)") == [(f"yearly_{year + 2}",)]


@pytest.mark.parametrize("months", [-1, 121])
def test_months_ahead_have_limits(db: None, months: int) -> None:
    with pytest.raises(DatabaseError, match="0 to 120 months ahead"):
        call("ensure_future_partitions(%s, %s)", "audit_logs", months)


def test_new_partition_is_like_those_of_the_migration(db: None) -> None:
    call("ensure_future_partitions(%s, 4)", "audit_logs")
    fetch(
        "INSERT INTO audit_logs (id, actor_name, action, entity_type, entity_id, details)"
        " SELECT public.uuid_floor(now() + interval '4 months'), '', 'x', '', '', '{}'"
    )
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        fetch(f"UPDATE {month(4)} SET action = 'y'")


def test_locked_table_is_given_up_after_some_tries(db: None) -> None:
    fetch(f"DROP TABLE {month(3)}")
    fetch("ALTER FUNCTION public.create_partition(regclass, text, date) SET lock_timeout = '20ms'")
    with connect() as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('create_partition:audit_logs', 0))")
        with pytest.raises(DatabaseError, match="Other transactions hold audit_logs"):
            call("ensure_future_partitions(%s)", "audit_logs")


# --- Statistics and dates ------------------------------------------------------------------------
def test_analyze_says_how_each_partition_is(db: None) -> None:
    make_month("2020-01-15")

    oldest, *_, newest = call("analyze_all_partitions(%s)", "audit_logs")

    assert oldest[:4] == (
        MONTH,
        datetime(2020, 1, 1, tzinfo=UTC),
        datetime(2020, 2, 1, tzinfo=UTC),
        0,
    )
    assert oldest[4] > 0
    assert newest[0] == month(3)
    assert fetch("SELECT reltuples >= 0 FROM pg_class WHERE oid = 'audit_logs'::regclass") == [
        (True,)
    ]


def test_analyze_gives_up_on_a_locked_table(db: None) -> None:
    fetch("ALTER FUNCTION public.analyze_all_partitions(text) SET lock_timeout = '20ms'")
    with connect() as other:
        other.autocommit = False
        other.execute("LOCK TABLE audit_logs IN SHARE UPDATE EXCLUSIVE MODE")
        with pytest.raises(DatabaseError, match="Other transactions hold audit_logs"):
            call("analyze_all_partitions(%s)", "audit_logs")


@pytest.mark.parametrize(
    ("day", "name"),
    [("2020-01-01", MONTH), ("2020-01-31", MONTH), ("2019-12-31", None), ("2020-02-01", None)],
)
def test_partition_of_a_day(db: None, day: str, name: str | None) -> None:
    make_month("2020-01-15")
    assert call("get_partition_for_date(%s, %s)", "audit_logs", date.fromisoformat(day)) == [
        (name,)
    ]


def test_time_in_a_key_is_the_one_it_was_made_for(db: None) -> None:
    [(same, of_a_real_one)] = fetch(
        "SELECT public.uuid_time(public.uuid_floor('2020-01-01 12:00:00.123+00'))"
        " = '2020-01-01 12:00:00.123+00', public.uuid_time(id) = uuid_extract_timestamp(id)"
        " FROM (SELECT uuidv7() AS id)"
    )
    assert (same, of_a_real_one) == (True, True)


# --- Maintenance ---------------------------------------------------------------------------------
def test_maintenance_leaves_a_row_in_the_ledger(db: None) -> None:
    fetch(f"DROP TABLE {month(3)}")

    [(said,)] = call("run_partition_maintenance(%s)", "audit_logs")

    run = Run.objects.get(operation="maintain_partitions")
    assert said == f"Made {month(3)}. Analyzed audit_logs and its 4 partitions."
    assert (run.status, run.result) == (Status.COMPLETED, said)


def test_maintenance_waits_for_nobody(db: None) -> None:
    with connect() as other:
        other.execute("SELECT pg_advisory_lock(public.run_lock_key('maintain_partitions', ''))")
        with pytest.raises(DatabaseError, match="It is running already"):
            call("run_partition_maintenance(%s)", "audit_logs")


@pytest.mark.django_db(transaction=True)
def test_scheduled_analyze_reaches_the_parent() -> None:
    run, _ = perform_here(operation="analyze_partitions")

    assert (run.status, run.error) == (Status.COMPLETED, "")
    assert fetch("SELECT reltuples >= 0 FROM pg_class WHERE oid = 'audit_logs'::regclass") == [
        (True,)
    ]


# --- Orders --------------------------------------------------------------------------------------
def test_old_partitions_are_ordered_a_run_each(db: None) -> None:
    for day in ("2020-01-01", "2020-02-01"):
        make_month(day)

    first = call("archive_old_partitions(%s)", "audit_logs")
    again = call("archive_old_partitions(%s, 48)", "audit_logs")

    runs = Run.objects.filter(operation="archive_partition", status=Status.PENDING).order_by("id")
    assert first == again == [(run.target.split(".")[1], run.pk) for run in runs]
    assert [name for name, _ in first] == [MONTH, "audit_logs_2020_02"]


def test_what_is_kept_still_goes_by_name_only(db: None) -> None:
    with pytest.raises(DatabaseError, match="keeps its partitions 36 months"), transaction.atomic():
        call("archive_old_partitions(%s, 35)", "audit_logs")
    TableState.objects.filter(name="audit_logs").update(keep_months=None)
    with pytest.raises(DatabaseError, match="for ever"):
        call("archive_old_partitions(%s)", "audit_logs")


def test_detach_orders_an_archive_by_name(db: None) -> None:
    make_month("2020-01-15")

    [(run_id,)] = call("detach_partition(%s, %s, true)", "audit_logs", MONTH)

    run = Run.objects.get(pk=run_id)
    assert (run.target, run.parameters, run.requested_by) == (TARGET, {"force": True}, None)
    assert run.requested_by_name == fetch("SELECT session_user")[0][0]
    assert call("detach_partition(%s, %s)", "audit_logs", MONTH) == [(run_id,)]


@pytest.mark.parametrize("name", ["auth_user", "audit_logs", "audit_logs_1999_01", "a.b"])
def test_detach_takes_partitions_only(db: None, name: str) -> None:
    with pytest.raises(DatabaseError, match="is no partition of audit_logs"):
        call("detach_partition(%s, %s)", "audit_logs", name)


@pytest.fixture
def old_month(transactional_db: None, tmp_path: Path, settings: Any) -> Iterator[str]:
    settings.STEWARD_ARCHIVE_DIR = tmp_path
    with month_of(500) as target:
        yield target


def test_ordered_archive_is_delivered_and_done(old_month: str) -> None:
    [(run_id,)] = call("detach_partition(%s, %s)", "audit_logs", MONTH)

    assert [run.pk for run in send_lost(older_than=timedelta())] == [run_id]
    perform(UUID(str(run_id)))

    assert Run.objects.get(pk=run_id).result == f"500 rows of {MONTH} are archived and held."
    assert rows_of_2020() == (0, None)


# --- The migrations -------------------------------------------------------------------------------
def test_migration_goes_back_and_forth(db: None) -> None:
    loader = MigrationLoader(connection)
    migration = loader.get_migration_by_prefix("ops", "0010_partition_functions")
    before = loader.project_state(migration.dependencies[0])

    def there() -> list[bool]:
        names = [f"public.{name}" for name in FUNCTIONS]
        query = "SELECT to_regprocedure(name) IS NOT NULL FROM unnest(%s::text[]) AS name"
        return [found for (found,) in fetch(query, names)]

    with connection.schema_editor() as editor:
        migration.unapply(before.clone(), editor)
    assert not any(there())
    assert fetch("SELECT to_regclass('public.ops_partitioned_tables')") == [(None,)]
    with connection.schema_editor() as editor:
        migration.apply(before.clone(), editor)
    assert all(there())


def test_archived_time_is_free_again_after_the_way_back(db: None) -> None:
    loader = MigrationLoader(connection)
    migration = loader.get_migration_by_prefix("ops", "0011_archived_time_is_taken")
    before = loader.project_state(migration.dependencies[0])

    def body() -> str:
        return str(fetch("SELECT prosrc FROM pg_proc WHERE proname = 'create_partition'")[0][0])

    assert "ops_archive" in body()
    with connection.schema_editor() as editor:
        migration.unapply(before.clone(), editor)
    assert "ops_archive" not in body()
    with connection.schema_editor() as editor:
        migration.apply(before.clone(), editor)
    assert "ops_archive" in body()
