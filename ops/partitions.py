"""Partitioned tables: made by migrations, kept ahead of time by maintenance.

A table is partitioned by range of one uuid7 column, mostly its `id`; a partition is a calendar
month or year in UTC.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.apps import apps
from django.apps.registry import Apps
from django.db import DatabaseError, connection
from django.db.migrations import CreateModel, RunSQL
from psycopg import sql
from psycopg.errors import RaiseException

from ops.errors import reason_of
from ops.registry import PartitionedTable, declared
from ops.work import Refused

Period = Literal["month", "year"]
# Fewer future partitions, and the table may soon refuse rows.
FUTURE_WANTED = 2


def table_named(name: str) -> PartitionedTable:
    """Raises Refused for one that no app declares."""
    try:
        return declared(PartitionedTable)[name]
    except KeyError:
        raise Refused(f"No app declares a partitioned table named {name}.") from None


def synchronise_declarations(*, apps: Apps = apps, **_: Any) -> None:
    """After each migrate: the database knows what the code declares."""
    try:
        state = apps.get_model("ops", "TableState")
    except LookupError:  # migrated back to before the table
        return
    tables = declared(PartitionedTable)
    state.objects.exclude(name__in=tables).delete()
    state.objects.bulk_create(
        [
            state(
                name=table.name,
                period=table.period,
                ahead=table.ahead,
                keep_months=table.keep_months,
            )
            for table in tables.values()
        ],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["period", "ahead", "keep_months"],
    )


class CreatePartitionedTable(CreateModel):
    """A CreateModel that makemigrations wrote, renamed: PARTITION BY RANGE (id)."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        plain = schema_editor.sql_create_table
        schema_editor.sql_create_table = f"{plain} PARTITION BY RANGE (id)"
        try:
            super().database_forwards(app_label, schema_editor, *states)
        finally:
            schema_editor.sql_create_table = plain

    def describe(self) -> str:
        return f"Create partitioned table {self.name}"


def create_first_partitions(table: str, period: Period, *, ahead: int) -> RunSQL:
    """In the migration that makes the table: the partition of today and `ahead` after it."""
    return RunSQL(
        [
            (
                "SELECT public.create_partition(%s::regclass, %s,"
                " (now() AT TIME ZONE 'UTC' + n * ('1 ' || %s)::interval)::date)"
                " FROM generate_series(0, %s) AS n",
                [table, period, period, ahead],
            )
        ],
        # They go with their table.
        RunSQL.noop,
    )


def ensure_future_partitions(table: PartitionedTable) -> list[str]:
    """Make the current partition and those ahead that are missing; returns the names made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.ensure_future_partitions(%s)", [table.name])
        return [name for (name,) in cursor.fetchall()]


def analyze(table: PartitionedTable) -> None:
    """Of a partitioned table autovacuum never does it; its partitions each get their own."""
    statement = sql.SQL("ANALYZE {}").format(sql.Identifier("public", table.name))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', '5s', false)")
        # As text: the history wraps the statements of a run, and reads them.
        cursor.execute(statement.as_string())


def ensure_partition_of(table: PartitionedTable, day: date) -> list[str]:
    """Make the partition that holds this day (UTC), if it is missing; returns the name made.

    Raises Refused where other rows stand, or will stand again.
    """
    statement = "SELECT public.create_partition(%s::regclass, %s, %s)"
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, [table.name, table.period, day])
            return [name for (name,) in cursor.fetchall() if name]
    except DatabaseError as error:
        if isinstance(error.__cause__, RaiseException):
            raise Refused(reason_of(error)) from error
        raise


def months_after(moment: datetime, months: int | None) -> datetime | None:
    """Partitions end on the first of a month, so that every month has that day."""
    if months is None:
        return None
    years, month = divmod(moment.month - 1 + months, 12)
    return moment.replace(year=moment.year + years, month=month + 1)
