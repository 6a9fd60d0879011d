"""Data that goes with tables and columns, counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection, transaction
from django.db.utils import OperationalError
from psycopg import sql

from ops.schema.comparing import Finding

# A count that takes longer is an estimate.
COUNT_TIMEOUT = "30s"


@dataclass(frozen=True)
class Loss:
    """`what` is counted: rows, values of a column, or rows written in a table that stays."""

    name: str
    what: str
    number: int
    is_exact: bool = True

    def values(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        about = "" if self.is_exact else "about "
        return f"{about}{self.number:,} {self.what} in {self.name}"


def losses_of(gone: Iterable[Finding], written: Mapping[str, int]) -> list[Loss]:
    """`written` are rows that the reverse deletes or changes, by table."""
    found = list(gone)
    tables = {each.name for each in found if each.kind == "table"}
    losses = [count(table) for table in sorted(tables)]
    losses += columns(each for each in found if each.kind == "column")
    losses += [
        Loss(table, "rows deleted or changed", number)
        for table, number in sorted(written.items())
        if number and table not in tables
    ]
    return [each for each in losses if each.number]


def columns(gone: Iterable[Finding]) -> Iterator[Loss]:
    """Without those that are computed from others."""
    for each in gone:
        table, _, column = each.name.partition(": ")
        if " GENERATED STORED" not in f" {each.difference}":
            yield count(table, column)


def count(table: str, column: str = "") -> Loss:
    what = sql.Identifier(column) if column else sql.SQL("*")
    statement = sql.SQL("SELECT count({}) FROM {}").format(
        what, sql.Identifier(*table.split(".", 1))
    )
    name, noun = (f"{table}.{column}", "values") if column else (table, "rows")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [COUNT_TIMEOUT])
            cursor.execute(statement.as_string())
            return Loss(name, noun, cursor.fetchone()[0])
    except OperationalError:
        return Loss(name, noun, estimate(table), is_exact=False)


def estimate(table: str) -> int:
    """Rows, with those of partitions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(sum(GREATEST(c.reltuples, 0)), 0)::bigint"
            " FROM pg_partition_tree(to_regclass(%s)) AS part"
            " JOIN pg_class AS c ON c.oid = part.relid",
            [table],
        )
        return int(cursor.fetchone()[0])


def written_rows() -> dict[str, int]:
    """Rows that this transaction has deleted or changed, by table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname || '.' || relname, n_tup_del + n_tup_upd"
            " FROM pg_stat_xact_user_tables"
        )
        return dict(cursor.fetchall())
