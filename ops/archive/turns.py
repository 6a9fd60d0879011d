"""Who works on partitions takes turns: one run a table, and none while a backup reads them all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection
from psycopg.errors import LockNotAvailable
from psycopg.pq import TransactionStatus

from ops.registry import PartitionedTable, declared
from ops.work import NotYet

# Session locks: they are held over several transactions, and go with the connection.
KEY = "hashtextextended('partitions of ' || %s, 0)"
# Who waits in the line lets nobody else in; a long archive is come back for.
LINE = "60s"


@contextmanager
def alone_with(conn: Connection[Any], table: str) -> Iterator[None]:
    """Raises NotYet at once where somebody else is at it."""
    row = conn.execute(f"SELECT pg_try_advisory_lock({KEY})", [table]).fetchone()
    if not row or not row[0]:
        raise NotYet(f"Another run works on a partition of {table}.")
    try:
        yield
    finally:
        leave(conn, "pg_advisory_unlock", [table])


@contextmanager
def none_moved(conn: Connection[Any]) -> Iterator[None]:
    """No partition of any declared table is archived, dropped or restored meanwhile. Raises NotYet.

    Enter it before the transaction: what a snapshot sees must not move before it is read.
    """
    tables = sorted(declared(PartitionedTable))
    taken: list[str] = []
    try:
        for table in tables:
            stand_in_line(conn, table)
            taken.append(table)
        yield
    finally:
        leave(conn, "pg_advisory_unlock_shared", taken)


def stand_in_line(conn: Connection[Any], table: str) -> None:
    conn.execute(f"SET lock_timeout = '{LINE}'")
    try:
        conn.execute(f"SELECT pg_advisory_lock_shared({KEY})", [table])
    except LockNotAvailable:
        raise NotYet(f"A partition of {table} is being archived or restored.") from None
    finally:
        if not conn.closed:
            conn.execute("RESET lock_timeout")


def leave(conn: Connection[Any], unlock: str, tables: list[str]) -> None:
    if not conn.closed and conn.info.transaction_status == TransactionStatus.IDLE:
        for table in tables:
            conn.execute(f"SELECT {unlock}({KEY})", [table])
