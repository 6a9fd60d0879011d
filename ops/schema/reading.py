"""The schema as it stands in a database: each object with its definition as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from django.db import connection, transaction

CATALOG = Path(__file__).resolve().parent.parent / "sql" / "schema_catalog_v2.sql"


class SchemaObject(NamedTuple):
    """`part_of` is the name of what it stands on, if anything: it goes with that."""

    kind: str
    name: str
    part_of: str | None
    definition: str


def read_catalog(conn: psycopg.Connection[Any]) -> list[SchemaObject]:
    """By the query of public.schema_catalog(), which may be missing, or another, in a database.

    In a transaction. Names come out in full: the search path is that function's meanwhile.
    """
    query = CATALOG.read_text().split("$$")[1]
    [before] = conn.execute("SELECT current_setting('search_path')").fetchone() or [""]
    conn.execute("SELECT set_config('search_path', '', true)")
    rows = conn.execute(query).fetchall()  # type: ignore[arg-type]  # a file of ours
    conn.execute("SELECT set_config('search_path', %s, true)", [before])
    return [SchemaObject(*row) for row in rows]


def read_own_catalog() -> list[SchemaObject]:
    """Of Django's database."""
    with transaction.atomic():
        # The history, which would read the text for placeholders, stays out of it.
        return read_catalog(connection.connection)
