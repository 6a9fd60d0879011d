"""Databases that a backup is restored into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import PIPE
from typing import IO, Any

import psycopg
from psycopg import Connection, sql

from ops.backups import files, tools
from ops.backups.errors import BackupFailed

PREFIX = "steward_drill_"
LACKS_GRANT = "permission denied to set parameter"
BOOTSTRAP = " Run config/sql/bootstrap.sql once more: it grants that since backups are restored."
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


def restore(conn: Connection[Any], name: str, path: Path, told: Told, pulse: tools.Pulse) -> None:
    """Read the dump into the empty database. Raises BackupFailed with pg_restore's first error."""
    found = tools.tools_for(conn.info.server_version)
    command = found.command(
        "pg_restore",
        "--exit-on-error",
        tools.ROW_SECURITY,
        f"--dbname={tools.target_of(conn, name)}",
    )
    try:
        with tools.running(command, tools.environment_of(conn), pulse, stdin=PIPE) as process:
            feed(process.stdin, path, told, pulse)
    except BackupFailed as error:
        if LACKS_GRANT in str(error):
            raise BackupFailed(f"{error}{BOOTSTRAP}") from error
        raise


def feed(pipe: IO[bytes] | None, path: Path, told: Told, pulse: tools.Pulse) -> None:
    """Until the end of the dump, or of who reads it, which then says why itself."""
    assert pipe is not None  # noqa: S101  # it was asked for
    with suppress(BrokenPipeError):
        for chunk in files.plain_chunks(path, told):
            tools.write(pipe, chunk, pulse)
        pipe.close()


@contextmanager
def connected(conn: Connection[Any], name: str) -> Iterator[Connection[Any]]:
    """To the database `name` of the same server, as the same role."""
    target = tools.target_of(conn, name)
    with psycopg.connect(target, password=conn.info.password or None, autocommit=True) as other:
        yield other
