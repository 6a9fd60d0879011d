"""An order's rows as blocks of a file, at constant memory.

CSV begins with the mark by which spreadsheets know UTF-8; what one would run as a formula has an
apostrophe before it (numbers are numbers). NULL is an empty cell, an empty text "". JSON lines and
Parquet have the texts as they are. Parquet knows no type of PostgreSQL's own: keys and JSON are
texts, numerics doubles, moments UTC in microseconds.
"""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import OperationalError
from psycopg import sql
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn
from psycopg.waiting import Ready, Wait

from ops.exports.orders import Order
from ops.exports.reading import WHOLE, Part, Reader, kinds_of, statement_of

# Bytes of the file, and how many rows end in them.
type Block = tuple[bytes, int]

BLOCK = 256 * 1024
GROUP_ROWS = 65_536
BATCH_BYTES = 4 * 1024 * 1024
MARK = b"\xef\xbb\xbf"
ARROW: Mapping[str, pa.DataType] = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "time": pa.timestamp("us", tz="UTC"),
    "list": pa.list_(pa.string()),
}
COPIED = {
    "csv": sql.SQL("FORMAT csv"),
    # No JSON has these two characters but escaped: each row stands as it is.
    "jsonl": sql.SQL("FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02'"),
}


def blocks_of(
    conn: Reader, order: Order, part: Part = WHOLE, *, is_first: bool = True
) -> Generator[Block]:
    """The file of these rows; unless it `is_first`, without what stands at the beginning alone.

    `conn` gives the snapshot. Parquet is read on a connection of its own, in the same snapshot.
    """
    kinds = kinds_of(conn, order)
    if order.format == "parquet":
        yield from parquet_blocks(conn, order, kinds, part)
        return
    if order.format == "csv" and is_first:
        yield MARK + (",".join(kinds) + "\n").encode(), 0
    yield from copied(conn, order, kinds, part)


def copied(conn: Reader, order: Order, kinds: Mapping[str, str], part: Part) -> Iterator[Block]:
    statement = sql.SQL("COPY ({}) TO STDOUT ({})").format(
        statement_of(order, kinds, part), COPIED[order.format]
    )
    is_over = False
    with conn.cursor() as cursor, cursor.copy(statement):
        while not is_over:
            block, is_over = conn.wait(next_block(conn.pgconn))
            yield block
        end_copy(conn.pgconn)


def next_block(server: PGconn) -> Generator[Wait, Ready | int, tuple[Block, bool]]:
    """Of about BLOCK bytes, and whether it is the last. For `Connection.wait`: rows that are waited
    for one by one cost twice as much.
    """
    data, rows, length = bytearray(), 0, 0
    while len(data) < BLOCK and length >= 0:
        length, row = server.get_copy_data(1)
        if length > 0:
            data += row
            rows += 1
        elif length == 0:
            while not (yield Wait.R):
                pass
            server.consume_input()
    return (bytes(data), rows), length < 0


def end_copy(server: PGconn) -> None:
    """Raises psycopg.Error with what stopped it."""
    while result := server.get_result():
        if result.status != ExecStatus.COMMAND_OK:
            raise error_from_result(result)


# --- Parquet -------------------------------------------------------------------------------------
def schema_of(kinds: Mapping[str, str]) -> pa.Schema:
    return pa.schema([(name, ARROW.get(kind, pa.string())) for name, kind in kinds.items()])


class Sink(io.RawIOBase):
    """What was written since it was last emptied."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.held.append(bytes(data))
        return len(data)

    def emptied(self) -> bytes:
        held, self.held = self.held, []
        return b"".join(held)


def parquet_blocks(
    conn: Reader, order: Order, kinds: Mapping[str, str], part: Part
) -> Iterator[Block]:
    """A row group at a time."""
    schema, sink = schema_of(kinds), Sink()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for group in groups(conn, statement_of(order, kinds, part), schema):
            writer.write_table(group, row_group_size=max(group.num_rows, 1))
            pa.default_memory_pool().release_unused()
            yield sink.emptied(), group.num_rows
    yield sink.emptied(), 0


def groups(conn: Reader, statement: sql.Composed, schema: pa.Schema) -> Iterator[pa.Table]:
    """Tables of about GROUP_ROWS rows."""
    held: list[pa.RecordBatch] = []
    for batch in batches(conn, statement):
        held.append(batch)
        if sum(each.num_rows for each in held) >= GROUP_ROWS:
            yield typed(held, schema)
            held = []
    if held:
        yield typed(held, schema)


def typed(batches: list[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_batches(batches).replace_schema_metadata(None).cast(schema)


def batches(conn: Reader, statement: sql.Composed) -> Iterator[pa.RecordBatch]:
    """By COPY through Arrow, in the snapshot of `conn`. Raises django.db.OperationalError."""
    # Not with the others: a twentieth of each start of each process.
    import adbc_driver_postgresql.dbapi as adbc

    snapshot = conn.execute("SELECT pg_export_snapshot()").fetchone()
    limit = conn.execute("SHOW statement_timeout").fetchone()
    assert snapshot is not None  # noqa: S101  # each has one row
    assert limit is not None  # noqa: S101
    try:
        with adbc.connect(conn.address) as other, other.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute(f"SET TRANSACTION SNAPSHOT '{snapshot[0]}'")
            cursor.execute(f"SET LOCAL statement_timeout = '{limit[0]}'")
            hint = {"adbc.postgresql.batch_size_hint_bytes": str(BATCH_BYTES)}
            cursor.adbc_statement.set_options(**hint)
            cursor.execute(statement.as_string())
            yield from cursor.fetch_record_batch()
            other.rollback()
    except adbc.Error as error:
        raise OperationalError(str(error)) from error
