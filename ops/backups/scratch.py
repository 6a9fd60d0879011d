"""Databases that a backup is restored into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import Any

import psycopg
from psycopg import Connection, sql

from ops.backups import files, tools

PREFIX = "steward_drill_"
# Made so that a template1 of another encoding or collation cannot change what sorts where.
CREATE = "CREATE DATABASE {}"
DROP = "DROP DATABASE IF EXISTS {} WITH (FORCE)"

type Told = Callable[[int], None]


def name_of(conn: Connection[Any]) -> str:
    """The one scratch database of this database: no other has its number."""
    row = conn.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
    return f"{PREFIX}{row[0] if row else 0}"


@contextmanager
def scratch(conn: Connection[Any]) -> Iterator[str]:
    """A new database, gone after the block; what a drill that was killed left goes first."""
    name = name_of(conn)
    drop(conn, name)
    create(conn, name)
    try:
        yield name
    finally:
        drop(conn, name)


def create(conn: Connection[Any], name: str) -> None:
    """From template1, which has the extensions."""
    conn.execute(sql.SQL(CREATE).format(sql.Identifier(name)))


def drop(conn: Connection[Any], name: str) -> None:
    conn.execute(sql.SQL(DROP).format(sql.Identifier(name)))


def restore(conn: Connection[Any], name: str, path: Path, told: Told) -> None:
    """Read the dump into the empty database. Raises BackupFailed with pg_restore's first error."""
    found = tools.tools_for(conn.info.server_version)
    command = found.command(
        "pg_restore",
        "--exit-on-error",
        tools.ROW_SECURITY,
        f"--dbname={tools.target_of(conn, name)}",
    )
    with tools.running(command, tools.environment_of(conn), stdin=PIPE) as process:
        assert process.stdin is not None  # noqa: S101  # it was asked for
        try:
            for chunk in files.plain_chunks(path, told):
                process.stdin.write(chunk)
            process.stdin.close()
        except BrokenPipeError:
            # It ended before the dump did, and says why.
            return


@contextmanager
def connected(conn: Connection[Any], name: str) -> Iterator[Connection[Any]]:
    """To the database `name` of the same server, as the same role."""
    target = tools.target_of(conn, name)
    with psycopg.connect(target, password=conn.info.password or None, autocommit=True) as other:
        yield other
