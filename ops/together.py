"""Counts and rows of several querysets in one round."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BinaryField, DecimalField, Field, GeneratedField, QuerySet

type Sql = tuple[str, tuple[Any, ...]]


def counts_of(**rows: QuerySet[Any]) -> dict[str, int]:
    """How many rows each has, in one query; a slice counts no further than it goes."""
    return answer(rows, *counting(rows)) if rows else {}


def counting(rows: Mapping[str, QuerySet[Any]]) -> tuple[str, Sql]:
    """(database, query): for who asks the same often, with `answer`."""
    connection = connection_of(rows.values())
    parts = [counted(each, connection) for each in rows.values()]
    return connection.alias, ("SELECT " + ", ".join(text for text, _ in parts), values_of(parts))


def answer(names: Iterable[str], using: str, query: Sql) -> dict[str, int]:
    with connections[using].cursor() as cursor:
        cursor.execute(*query)
        return dict(zip(names, cursor.fetchone(), strict=True))


def rows_of(**rows: QuerySet[Any]) -> dict[str, list[Any]]:
    """The objects of each, in its order, in one query.

    For few of them: they travel as JSON (bytes at twice their size). What is deferred stays
    deferred; annotations come along, related objects do not.
    """
    found: dict[str, list[Any]] = {name: [] for name in rows}
    if not rows:
        return found
    connection = connection_of(rows.values())
    parts = [part for name, each in rows.items() if (part := as_json(name, each, connection))]
    if not parts:
        return found
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(text for text, _ in parts), values_of(parts))
        for name, _, line in sorted(cursor.fetchall(), key=lambda each: each[:2]):
            found[name].append(made(rows[name], json.loads(line, parse_float=Exact)))
    return found


# --- SQL -----------------------------------------------------------------------------------------
def connection_of(rows: Iterable[QuerySet[Any]]) -> Any:
    using = {each.db for each in rows}
    if len(using) > 1:
        raise ValueError("One query cannot ask two databases.")
    return connections[using.pop()]


def values_of(parts: Iterable[Sql]) -> tuple[Any, ...]:
    return tuple(value for _, values in parts for value in values)


def sql_of(rows: QuerySet[Any], connection: Any) -> Sql | None:
    """None where Django knows that there is nothing."""
    try:
        text, values = rows.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return None
    return text, tuple(values)


def counted(rows: QuerySet[Any], connection: Any) -> Sql:
    """The order matters to a slice alone."""
    found = sql_of((rows if rows.query.is_sliced else rows.order_by()).values("pk"), connection)
    if found is None:
        return "0", ()
    text, values = found
    return f"(SELECT count(*) FROM ({text}) AS counted)", values  # noqa: S608  # by Django


def as_json(name: str, rows: QuerySet[Any], connection: Any) -> Sql | None:
    """(name, place, row) of each."""
    columns = [each.attname for each in loaded(rows)]
    found = sql_of(rows.values(*columns, *rows.query.annotation_select), connection)
    if found is None:
        return None
    text, values = found
    line = f"SELECT %s, row_number() OVER (), to_jsonb(line) FROM ({text}) AS line"  # noqa: S608
    return line, (name, *values)


# --- Objects -------------------------------------------------------------------------------------
def loaded(rows: QuerySet[Any]) -> list[Field[Any, Any]]:
    """Without what `defer()` names, or with nothing but what `only()` does."""
    names, is_deferred = rows.query.deferred_loading
    fields: list[Field[Any, Any]] = list(rows.model._meta.concrete_fields)
    return [each for each in fields if each.primary_key or (each.name in names) != is_deferred]


def made(rows: QuerySet[Any], line: dict[str, Any]) -> Any:
    """The object, as if Django had read it."""
    fields = loaded(rows)
    values = [python_of(each, line[each.attname]) for each in fields]
    found = rows.model.from_db(rows.db, [each.attname for each in fields], values)
    for name, expression in rows.query.annotation_select.items():
        setattr(found, name, python_of(expression.output_field, line[name]))
    return found


class Exact(float):
    """A number of JSON that remembers its digits."""

    def __new__(cls, digits: str) -> Exact:
        made = super().__new__(cls, digits)
        made.digits = digits
        return made

    digits: str


def python_of(field: Any, value: Any) -> Any:
    """What JSON says of a value of the field, as Django would have read it."""
    match field:
        case _ if value is None:
            return None
        case GeneratedField():
            return python_of(field.output_field, value)
        case ArrayField():
            return [python_of(field.base_field, each) for each in value]
        case BinaryField():
            return bytes.fromhex(value.removeprefix("\\x"))
        case DecimalField():
            return Decimal(value.digits if isinstance(value, Exact) else value)
    return field.to_python(value)
