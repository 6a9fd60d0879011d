"""What PostgreSQL's catalog says about partitions; names and types come from here only."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

# Where detached partitions wait.
HOLD_SCHEMA = "steward_archive"


class ArchiveError(Exception):
    """The partition stays where it is; the text tells a person why and what to do."""


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    not_null: bool
    generated: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Bounds:
    """Of the uuid key; the times are those that the uuids hold."""

    lower: UUID
    upper: UUID

    @property
    def lower_time(self) -> datetime:
        return time_of(self.lower)

    @property
    def upper_time(self) -> datetime:
        return time_of(self.upper)


@dataclass(frozen=True)
class Partition:
    name: str
    schema: str
    bounds: Bounds
    is_detaching: bool


@dataclass(frozen=True)
class Fingerprint:
    """`count(*)` and the sum of the rows' hashes: the same for the same rows in any order."""

    rows: int
    total: str


def time_of(key: UUID) -> datetime:
    return datetime.fromtimestamp((key.int >> 80) / 1000, UTC)


def qualified(schema: str, name: str) -> sql.Composed:
    return sql.SQL("{}.{}").format(sql.Identifier(schema), sql.Identifier(name))


def partition_of(conn: Connection[Any], table: str, partition: str) -> Partition | None:
    """The attached (or half detached) partition of public.`table`; None when there is none."""
    found = [row for row in partitions_of(conn, table) if row.name == partition]
    return found[0] if found else None


def partitions_of(conn: Connection[Any], table: str) -> list[Partition]:
    rows = conn.execute(
        """
        SELECT c.relname, n.nspname, pg_get_expr(c.relpartbound, c.oid), i.inhdetachpending
        FROM pg_inherits i
        JOIN pg_class c ON c.oid = i.inhrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE i.inhparent = to_regclass(%s)
        ORDER BY 3
        """,
        [f'public."{table}"'],
    ).fetchall()
    return [Partition(name, schema, read_bounds(text), bool(p)) for name, schema, text, p in rows]


def read_bounds(text: str) -> Bounds:
    """From `FOR VALUES FROM ('…') TO ('…')`."""
    found = re.fullmatch(r"FOR VALUES FROM \('([^']+)'\) TO \('([^']+)'\)", text)
    if not found:
        raise ArchiveError(f"The bounds “{text}” are no range of uuids.")
    return Bounds(UUID(found[1]), UUID(found[2]))


def table_exists(conn: Connection[Any], schema: str, name: str) -> bool:
    row = conn.execute("SELECT to_regclass(%s)", [f'"{schema}"."{name}"']).fetchone()
    return bool(row and row[0])


def columns_of(conn: Connection[Any], schema: str, name: str) -> list[Column]:
    rows = conn.execute(
        """
        SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) ELSE '' END
        FROM pg_attribute a
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum
        """,
        [f'"{schema}"."{name}"'],
    ).fetchall()
    return [Column(*row) for row in rows]


def checks_of(conn: Connection[Any], schema: str, name: str) -> dict[str, str]:
    """The table's own CHECK constraints by name: those that its parent does not have."""
    rows = conn.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype = 'c' AND coninhcount = 0",
        [f'"{schema}"."{name}"'],
    ).fetchall()
    return dict(rows)


def options_of(conn: Connection[Any], schema: str, name: str) -> list[str]:
    """Storage settings, `autovacuum_…=…`."""
    row = conn.execute(
        "SELECT coalesce(reloptions, '{}') FROM pg_class WHERE oid = %s::regclass",
        [f'"{schema}"."{name}"'],
    ).fetchone()
    return list(row[0]) if row else []


def key_of(conn: Connection[Any], table: str) -> str:
    """The one column by which public.`table` is partitioned."""
    row = conn.execute(
        "SELECT a.attname FROM pg_partitioned_table p"
        " JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]"
        " WHERE p.partrelid = %s::regclass",
        [f'public."{table}"'],
    ).fetchone()
    if row is None:
        raise ArchiveError(f"{table} is no partitioned table.")
    return str(row[0])


def primary_key_of(conn: Connection[Any], table: str) -> str:
    """`PRIMARY KEY (…)` of public.`table`."""
    row = conn.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype = 'p'",
        [f'public."{table}"'],
    ).fetchone()
    if row is None:
        raise ArchiveError(f"{table} has no primary key.")
    return str(row[0])


FINGERPRINT = (
    "SELECT count(*), coalesce(sum(hash_record_extended(ROW({columns}), 0)::numeric), 0)::text"
    " FROM {table}"
)


def fingerprint_query(table: sql.Composable, columns: list[Column]) -> sql.Composed:
    """Raises ArchiveError for a column that has no hash."""
    for column in columns:
        if column.type in ("json", "xml"):
            raise ArchiveError(f"Column {column.name} is {column.type}, which has no hash.")
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    return sql.SQL(FINGERPRINT).format(columns=names, table=table)


def create_scratch(table: sql.Composable, columns: list[Column]) -> sql.Composed:
    """A temporary table of these columns; types and expressions come from the catalog."""
    lines = [
        sql.SQL("{} {} {}").format(
            sql.Identifier(column.name),
            sql.SQL(column.type),
            sql.SQL(f"GENERATED ALWAYS AS ({column.generated}) STORED" if column.generated else ""),
        )
        for column in columns
    ]
    return sql.SQL("CREATE TEMP TABLE {} ({})").format(table, sql.SQL(", ").join(lines))


def fingerprint(conn: Connection[Any], table: sql.Composable, columns: list[Column]) -> Fingerprint:
    row = conn.execute(fingerprint_query(table, columns)).fetchone()
    assert row is not None  # noqa: S101  # an aggregate has one row
    return Fingerprint(row[0], row[1])


def bound_at(moment: datetime) -> UUID:
    """The smallest uuid of this moment, as a partition's bound."""
    return UUID(int=round(moment.timestamp() * 1000) << 80)
