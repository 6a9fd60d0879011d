"""Several counts in one round."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet


def counts_of(**rows: QuerySet[Any]) -> dict[str, int]:
    """How many rows each has, in one query; a slice counts no further than it goes."""
    using = {each.db for each in rows.values()}
    if not using:
        return {}
    if len(using) > 1:
        raise ValueError("One query cannot ask two databases.")
    connection = connections[using.pop()]
    parts = {name: counted(each, connection) for name, each in rows.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT " + ", ".join(text for text, _ in parts.values()),
            [value for _, values in parts.values() for value in values],
        )
        return dict(zip(parts, cursor.fetchone(), strict=True))


def counted(rows: QuerySet[Any], connection: Any) -> tuple[str, tuple[Any, ...]]:
    """SQL for the number of rows, with its parameters. The order matters to a slice alone."""
    query = (rows if rows.query.is_sliced else rows.order_by()).values("pk").query
    try:
        text, values = query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return "0", ()
    return f"(SELECT count(*) FROM ({text}) AS counted)", tuple(values)  # noqa: S608  # by Django
