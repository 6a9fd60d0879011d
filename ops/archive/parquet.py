"""A table out to one Parquet file and back, by COPY through Arrow, at constant memory.

The file holds each row as it is: types that Arrow knows exactly are kept, every other one (numeric,
inet, enums, intervals …) stands as PostgreSQL's own text. Whoever reads the file needs no Steward.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import OperationalError, connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ops.archive.catalog import ArchiveError, Column, Fingerprint, fingerprint_query

_EXACT = {
    "uuid", "text", "jsonb", "boolean", "smallint", "integer", "bigint", "real",
    "double precision", "date", "bytea", "timestamp with time zone",
    "timestamp without time zone", "text[]", "uuid[]", "integer[]", "bigint[]",
}  # fmt: skip
_BATCH_BYTES = 4 * 1024 * 1024
_GROUP_BATCHES = 4
_LOADED_ROWS = 32_768
_STAGING = "steward_staging"

type Progress = Callable[[int], None]


@contextmanager
def arrow_connection() -> Iterator[Any]:
    """A connection of its own to the default database; one transaction, rolled back at the end.

    Raises django.db.OperationalError.
    """
    # Not with the others: a twentieth of each start of each process.
    import adbc_driver_postgresql.dbapi as adbc

    given = connection.get_connection_params()
    wanted = ("host", "port", "user", "password", "dbname", "sslmode")
    dsn = make_conninfo(**{name: given[name] for name in wanted if given.get(name)})
    try:
        with closing(adbc.connect(dsn)) as conn, closing(conn.cursor()) as cursor:
            yield cursor
            conn.rollback()
    except adbc.Error as error:
        raise OperationalError(str(error)) from error


def write_parquet(
    *, table: sql.Composable, columns: list[Column], path: Path, progress: Progress
) -> Fingerprint:
    """Write `table` to `path`, whole or not at all; the fingerprint is of the same snapshot."""
    with whole(path) as partial, arrow_connection() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute(fingerprint_query(table, columns).as_string())
        rows, total = cursor.fetchone()
        cursor.adbc_statement.set_options(
            **{"adbc.postgresql.batch_size_hint_bytes": str(_BATCH_BYTES)}
        )
        cursor.execute(select(table, columns))
        written = write_batches(cursor.fetch_record_batch(), partial, progress)
        if written != rows:
            raise ArchiveError(f"{written:,} of {rows:,} rows were written: the export is void.")
    return Fingerprint(rows, total)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A place beside it for the file, which gets its name once all is on the disk; nothing stays
    of one that fails."""
    partial = path.with_suffix(".partial")
    try:
        yield partial
        flush(partial)
        partial.rename(path)
        flush(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def select(table: sql.Composable, columns: list[Column]) -> str:
    parts = [
        sql.SQL("{0}" if column.type in _EXACT else "{0}::text AS {0}").format(
            sql.Identifier(column.name)
        )
        for column in columns
    ]
    return sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(parts), table).as_string()


def write_batches(reader: pa.RecordBatchReader, path: Path, progress: Progress) -> int:
    """One row group for some batches, so that neither side ever holds more than one of them."""
    written = 0
    with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
        for batches in itertools.batched(reader, _GROUP_BATCHES):
            group = pa.Table.from_batches(batches)
            writer.write_table(group, row_group_size=group.num_rows or None)
            written += group.num_rows
            pa.default_memory_pool().release_unused()
            progress(written)
    return written


def flush(path: Path) -> None:
    """Down to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_parquet(
    *, cursor: Any, path: Path, table: sql.Composable, columns: list[Column], progress: Progress
) -> None:
    """Insert the file's rows into `table`, in the cursor's transaction."""
    stored = [column for column in columns if not column.generated]
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in stored)
    values = sql.SQL(", ").join(
        sql.SQL("{}::{}").format(sql.Identifier(column.name), sql.SQL(column.type))
        for column in stored
    )
    insert = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(
        table, names, values, sql.Identifier(_STAGING)
    )
    done = 0
    # Buffered ahead, what was read of the file would stay in memory to its end.
    with pq.ParquetFile(path, pre_buffer=False) as file:
        wanted = [column.name for column in stored]
        for batch in file.iter_batches(batch_size=_LOADED_ROWS, columns=wanted):
            mode = "append" if done else "create"
            cursor.adbc_ingest(_STAGING, batch, mode=mode, temporary=True)
            cursor.execute(insert.as_string())
            cursor.execute(f"TRUNCATE {_STAGING}")
            done += batch.num_rows
            pa.default_memory_pool().release_unused()
            progress(done)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
