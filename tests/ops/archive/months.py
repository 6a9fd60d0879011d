"""An old month of the action log, whose rows a test archives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from ops.models import Run
from ops.runner import perform_here

MONTH = "audit_logs_2020_01"
TARGET = f"audit_logs.{MONTH}"


def execute(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def rows_of_2020() -> tuple[Any, ...]:
    [row] = execute(
        "SELECT count(*), md5(string_agg(a::text, '|' ORDER BY id)) FROM audit_logs AS a"
        " WHERE id < public.uuid_floor('2021-01-01')"
    )
    return row


@contextmanager
def month_of(rows: int) -> Iterator[str]:
    """Commits; gives the target of runs on it, and takes everything away again."""
    execute("SELECT public.create_partition('audit_logs', 'month', '2020-01-15')")
    execute(
        "INSERT INTO audit_logs (id, actor_name, action, entity_type, entity_id, details)"
        " SELECT (left(public.uuid_floor('2020-01-02')::text, 24) || lpad(to_hex(n), 12, '0'))"
        "::uuid, 'ada', 'publish', 'question', n, jsonb_build_object('n', n, 'text', md5(n::text))"
        " FROM generate_series(1, %s) AS n",
        rows,
    )
    yield TARGET
    execute("ALTER TABLE ops_archive DISABLE TRIGGER USER")
    execute("TRUNCATE ops_archive")
    execute("ALTER TABLE ops_archive ENABLE TRIGGER USER")
    execute(f"DROP TABLE IF EXISTS steward_archive.{MONTH}, public.{MONTH}")


def do(operation: str, **parameters: Any) -> Run:
    run, _ = perform_here(operation=operation, target=TARGET, parameters=parameters)
    return run
