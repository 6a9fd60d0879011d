"""After a test that committed, there are the tables of the migrations, with the rows of these,
and no more.

Django's own flush truncates every table and works through all that follows a migrate: half a
second for each such test.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

TABLES = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
"""
# Tables whose files hold anything: rows, or what is left of rows that were taken back.
USED = """
    SELECT DISTINCT COALESCE(pg_partition_root(oid), oid)::regclass::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
"""
COLUMNS = """
    SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""
VIEWS = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'm' AND relispopulated
"""

type Rows = dict[str, str]


@dataclass(frozen=True)
class Kept:
    tables: frozenset[str]
    rows: Rows


def keep_through_flushes(monkeypatch: pytest.MonkeyPatch) -> Kept:
    """Later tests of the process find the database as the first one did: with these tables and
    rows."""
    rows = {table: rows for table, rows in rows_of(names(USED)).items() if rows}
    kept = Kept(frozenset(names(TABLES)), rows)
    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: restore(kept))
    return kept


def left_over(kept: Kept) -> list[str]:
    """Tables that are not as the first test found them."""
    tables = sorted({*names(USED), *kept.rows})
    changed = [name for name, rows in rows_of(tables).items() if rows != kept.rows.get(name, "")]
    return [*sorted(kept.tables ^ {*names(TABLES)}), *changed]


def restore(kept: Kept) -> None:
    if added := {*names(TABLES)} - kept.tables:
        # Those that went with their parent are no error.
        execute(f"DROP TABLE IF EXISTS {', '.join(sorted(added))} CASCADE")
    restore_rows(kept.rows)


def restore_rows(kept: Rows) -> None:
    present = rows_of(list(kept))
    changed = {table for table in kept if present[table] != kept[table]}
    dirty = {*names(USED)} - set(kept) | changed
    if dirty:
        execute(f"TRUNCATE {', '.join(sorted(dirty))} CASCADE")
    if changed:
        # Also those that the others took along.
        put_back({table: kept[table] for table, rows in rows_of(list(kept)).items() if not rows})
    refresh_views()


def rows_of(tables: list[str]) -> Rows:
    """Each table's rows as one text, which says nothing where there are none."""
    each = "SELECT '{0}', (SELECT jsonb_agg(to_jsonb(t) ORDER BY to_jsonb(t)) FROM {0} AS t)"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each.format(table) for table in tables))
        return {name: rows or "" for name, rows in cursor.fetchall()}


@transaction.atomic
def put_back(kept: Rows) -> None:
    """Without what triggers would write beside them."""
    for table in kept:
        execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for table, rows in kept.items():
        (columns,) = names(COLUMNS, table)
        execute(
            f"INSERT INTO {table} ({columns})"
            f" SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s)",
            rows,
        )
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in kept:
        execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def refresh_views() -> None:
    """Nobody truncates a materialized view."""
    each = "SELECT '{0}' WHERE EXISTS (SELECT FROM {0})"
    for view in names(" UNION ALL ".join(each.format(view) for view in names(VIEWS))):
        execute(f"REFRESH MATERIALIZED VIEW {view}")


def execute(query: str, *parameters: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters or None)


def names(query: str, *parameters: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters or None)
        return [name for (name,) in cursor.fetchall()]
