"""Text that would run, break out or be evaluated on a page that fails to escape it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, connection, models, transaction
from psycopg import sql
from psycopg.types.json import Jsonb

HOSTILE = (
    """<script>hostile()</script><img src=x onerror=hostile()>"'><b data-hostile>"""
    """{{ "hos"|add:"tiled" }}{% now "Y" %}[x](javascript:hostile())"""
)
# What the template language would make of it.
EVALUATED = "hostiled"
# Django's own tables, which hold names of the program.
SPARED = {
    "auth.Permission",
    "contenttypes.ContentType",
    "ops.PersonalTable",
    "ops.LoginSession",
}
# Codes that the program itself looks up.
KEPT = {"password", "operation", "schedule"}


def poison() -> None:
    """Hostile text in every free text of every row: plain ones, arrays, and JSON's prose.

    Triggers rest meanwhile, so that append-only tables get theirs too. A column that a constraint
    guards against it stays as it is.
    """
    tables = set(connection.introspection.table_names())
    for model in apps.get_models():
        if model._meta.db_table in tables and model._meta.label not in SPARED:
            with triggers_off(model._meta.db_table):
                for field in model._meta.concrete_fields:
                    if is_free(field):
                        poison_column(model, field)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def triggers_off(table: str) -> Iterator[None]:
    switch = sql.SQL("ALTER TABLE {} {} TRIGGER USER")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(switch.format(sql.Identifier(table), sql.SQL("DISABLE")))
        yield
        cursor.execute(switch.format(sql.Identifier(table), sql.SQL("ENABLE")))


def is_free(field: Any) -> bool:
    kinds = (models.CharField, models.TextField, models.JSONField, ArrayField)
    free = isinstance(field, kinds) and not (field.choices or field.generated)
    return free and field.column not in KEPT


def poison_column(model: type[models.Model], field: Any) -> None:
    names = {
        "table": model._meta.db_table,
        "column": field.column,
        "key": model._meta.pk_fields[0].column,
    }
    identifiers = {name: sql.Identifier(value) for name, value in names.items()}
    with suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        if isinstance(field, models.JSONField):
            poison_json(cursor, identifiers)
        elif isinstance(field, ArrayField):
            statement = "UPDATE {table} SET {column} = array_append({column}, %s)"
            cursor.execute(sql.SQL(statement).format(**identifiers), [HOSTILE])
        else:
            # The beginning stays: it keeps unique columns unique.
            statement = (
                "UPDATE {table} SET {column} ="
                " left(left({column}, 12) || %s || substr({column}, 13), %s)"
            )
            values = [HOSTILE, field.max_length or 100_000]
            cursor.execute(sql.SQL(statement).format(**identifiers), values)


def poison_json(cursor: Any, identifiers: dict[str, sql.Identifier]) -> None:
    cursor.execute(
        sql.SQL("SELECT {key}, {column}::text FROM {table} WHERE {column} IS NOT NULL").format(
            **identifiers
        )
    )
    update = sql.SQL("UPDATE {table} SET {column} = %s WHERE {key} = %s").format(**identifiers)
    rows = [(Jsonb(poisoned(json.loads(value))), key) for key, value in cursor.fetchall()]
    cursor.executemany(update, rows)


def poisoned(value: Any) -> Any:
    """JSON with hostile prose: strings of several words; single ones may be codes."""
    if isinstance(value, dict):
        return {key: poisoned(part) for key, part in value.items()}
    if isinstance(value, list):
        return [poisoned(part) for part in value]
    return (
        f"{value[:12]}{HOSTILE}{value[12:]}" if isinstance(value, str) and " " in value else value
    )
