"""The connection that exports read on, and the SELECT of an order for each format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ops.exports.orders import Order
from ops.replicas import connection_for_reading

CONNECTED_BY = ("host", "port", "user", "password", "dbname", "sslmode")
# PostgreSQL's type → what a file can say of it; of others, PostgreSQL's own text.
KINDS = {
    **dict.fromkeys(("text", "varchar", "bpchar", "name"), "text"),
    **dict.fromkeys(("int2", "int4", "int8"), "integer"),
    **dict.fromkeys(("numeric", "float4", "float8"), "number"),
    **dict.fromkeys(("json", "jsonb"), "json"),
    "uuid": "uuid",
    "bool": "boolean",
    "date": "date",
    "timestamptz": "time",
}
# A cell that a spreadsheet would run, as in ops/spreadsheets.py. The code of the first character
# is looked at before the pattern, because it costs a tenth.
NEUTRAL = (
    "CASE WHEN ascii({0}) IN (9, 10, 13, 39, 43, 45, 61, 64, 65291, 65293, 65309, 65312)"
    " AND {0} ~ '^''*[-=+@\t\r\n\uff0d\uff1d\uff0b\uff20]'"
    " THEN '''' || {0} ELSE {0} END"
)
# Format → kind → expression; a kind that is not named stands as it is.
WRITTEN: Mapping[str, Mapping[str, str]] = {
    "csv": {
        "text": NEUTRAL,
        "other": NEUTRAL.replace("{0}", "{0}::text"),
        "boolean": "{0}::text",
        "json": "{0}::text",
        "list": "to_json({0})::text",
    },
    "jsonl": {"other": "{0}::text"},
    "parquet": {
        **dict.fromkeys(("text", "uuid", "json", "other"), "{0}::text"),
        "integer": "{0}::bigint",
        "number": "{0}::double precision",
        "list": "{0}::text[]",
    },
}


class Reader(psycopg.Connection[Any]):
    """`address` leads to the same server: Arrow reads on a connection of its own."""

    address = ""


def reading_address(*, replica: bool = True) -> str:
    """Where long reads go, and nothing else: a `replica` that has all, or the primary without its
    pooler.
    """
    chosen = (connection_for_reading() if replica else connection).copy()
    if chosen.alias == DEFAULT_DB_ALIAS:
        chosen.settings_dict["OPTIONS"].pop("pool", None)
        chosen.settings_dict.update(settings.DATABASE_DIRECT)
    given = chosen.get_connection_params()
    return make_conninfo(**{name: given[name] for name in CONNECTED_BY if given.get(name)})


@contextmanager
def reading(limit: str = "1h", *, replica: bool = True) -> Iterator[Reader]:
    """A connection of its own, in one snapshot; no statement on it takes longer than `limit`. A
    `replica` may cancel it: who tries again says no.

    Raises django.db.DatabaseError.
    """
    address = reading_address(replica=replica)
    with (
        connection.wrap_database_errors,
        Reader.connect(address, application_name="steward export") as conn,
    ):
        conn.address = address
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        conn.read_only = True
        conn.execute("SELECT set_config('statement_timeout', %s, true)", [limit])
        # Of a reader that died nothing stays.
        conn.execute("SET LOCAL client_connection_check_interval = '2s'")
        # An index gives the first row at once, where a sort of all would fill the server's disk.
        conn.execute("SET LOCAL enable_sort = off")
        conn.execute("SET LOCAL TIME ZONE 'UTC'")
        conn.execute("SET LOCAL datestyle = 'ISO'")
        yield conn
        conn.rollback()


# --- The statement -------------------------------------------------------------------------------
@dataclass(frozen=True)
class Part:
    """Rows whose key is beyond `after` and not beyond `upto`, as text; None for no bound."""

    after: str | None = None
    upto: str | None = None


WHOLE = Part()


def rows_of(order: Order, part: Part = WHOLE, *, in_order: bool = True) -> sql.Composed:
    """`SELECT columns FROM … ORDER BY key`: the values as the database has them."""
    columns = sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(sql.SQL(expression), sql.Identifier(name))
        for name, expression in order.columns.items()
    )
    rows = sql.SQL("SELECT {} {}").format(columns, source_of(order, part))
    if not in_order:
        return rows
    return sql.SQL("{} ORDER BY {}").format(rows, sql.SQL(order.export.key))


def source_of(order: Order, part: Part = WHOLE) -> sql.Composed:
    """`FROM … WHERE …`"""
    found = sql.SQL(" AND ").join([sql.SQL("true"), *conditions(order, part)])
    return sql.SQL("FROM {} WHERE {}").format(sql.SQL(order.export.source), found)


def conditions(order: Order, part: Part) -> Iterator[sql.Composed]:
    export = order.export
    for moment, sign in zip(order.moments, (">=", "<"), strict=True):
        if moment is None:
            continue
        bound = sql.SQL("{}::timestamptz").format(sql.Literal(moment.isoformat()))
        if export.made:
            bound = sql.SQL("public.uuid_floor({})").format(bound)
        column = export.made or export.at
        yield sql.SQL("{} {} {}").format(sql.SQL(column), sql.SQL(sign), bound)
    for known in export.filters:
        if known.name in order.chosen:
            value = sql.Literal(order.chosen[known.name])
            yield sql.SQL("({})").format(sql.SQL(known.condition).format(value=value))
    for key, sign in ((part.after, ">"), (part.upto, "<=")):
        if key is not None:
            yield sql.SQL("{} {} {}").format(sql.SQL(export.key), sql.SQL(sign), sql.Literal(key))


def kinds_of(conn: Reader, order: Order) -> dict[str, str]:
    """Column → kind, as PostgreSQL says."""
    found = conn.execute(sql.SQL("{} LIMIT 0").format(rows_of(order)))
    return {each.name: kind_of(conn, each.type_code) for each in found.description or ()}


def kind_of(conn: Reader, oid: int) -> str:
    known = conn.adapters.types.get(oid)
    if known is None:
        return "other"
    return "list" if known.array_oid == oid else KINDS.get(known.name, "other")


def statement_of(order: Order, kinds: Mapping[str, str], part: Part = WHOLE) -> sql.Composed:
    """The SELECT whose rows are what the file says."""
    written = WRITTEN[order.format]
    columns = sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(
            sql.SQL(written.get(kind, "{0}")).format(sql.Identifier("x", name)),
            sql.Identifier(name),
        )
        for name, kind in kinds.items()
    )
    # The sort keeps the planner from writing an expression of the rows once for each use of it.
    shaped = sql.SQL("SELECT {} FROM ({}) AS x").format(columns, rows_of(order, part))
    if order.format == "jsonl":
        return sql.SQL("SELECT row_to_json(y) FROM ({}) AS y").format(shaped)
    return shaped


def count(conn: Reader, order: Order, part: Part = WHOLE) -> int:
    found = conn.execute(sql.SQL("SELECT count(*) {}").format(source_of(order, part))).fetchone()
    return int(found[0]) if found else 0
