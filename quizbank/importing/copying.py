"""Rows by COPY: new ones into their table, changed ones beside it, and then over it at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model
from psycopg import sql

# The full-text and trigram indexes take the rows in large portions, which is faster.
PENDING = "SET LOCAL gin_pending_list_limit = '64MB'"


def table_of(model: type[Model]) -> sql.Identifier:
    return sql.Identifier("public", model._meta.db_table)


def temporary(name: str) -> sql.Identifier:
    return sql.Identifier("pg_temp", name)


def copy_rows(table: sql.Identifier, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    statement = sql.SQL("COPY {table} ({names}) FROM STDIN").format(
        table=table, names=sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor() as cursor:
        # Through Django's wrappers, which COPY does not pass: it carries the history's context.
        cursor.execute(PENDING)
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


def update_rows(model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """One statement, whatever the number of rows; `names` are of columns, the first one the key."""
    rows = list(rows)
    if not rows:
        return
    beside = temporary("import_changes")
    own = [sql.Identifier(name) for name in names]
    parts = {"table": table_of(model), "beside": beside, "key": own[0]} | {
        "names": sql.SQL(", ").join(own),
        "pairs": sql.SQL(", ").join(sql.SQL("{0} = d.{0}").format(name) for name in own[1:]),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "CREATE TEMP TABLE import_changes ON COMMIT DROP AS"
                " SELECT {names} FROM {table} WITH NO DATA"
            )
            .format(**parts)
            .as_string(None)
        )
        copy_rows(beside, names, rows)
        for statement in (
            "ANALYZE {beside}",
            "UPDATE {table} AS t SET {pairs} FROM {beside} AS d WHERE t.{key} = d.{key}",
            "DROP TABLE {beside}",
        ):
            cursor.execute(sql.SQL(statement).format(**parts).as_string(None))


def delete_rows(model: type[Model], keys: Sequence[Any], column: str = "id") -> None:
    """By the database alone, without what Django would do for what belongs to them."""
    statement = sql.SQL("DELETE FROM {table} WHERE {column} = ANY (%s)").format(
        table=table_of(model), column=sql.Identifier(column)
    )
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(statement.as_string(None), [list(keys)])
