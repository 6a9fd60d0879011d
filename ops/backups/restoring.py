"""The way back: a backup into a new database, made ready for work.

Safety: an existing database is never written to; one that was made here and did not come out whole
is dropped.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from ops.backups import contents, erasures, files, scratch
from ops.backups.drills import in_words
from ops.backups.errors import BackupFailed
from ops.work import Refused, Result

# The role may connect there on every server, whatever became of our own database.
MAINTENANCE = "postgres"
ENDED = "Ended by a restore: it was under way when the backup was made."
END_RUNS = """
    UPDATE public.ops_run
    SET status = 'cancelled', finished_at = now(), next_retry_at = NULL, error = %s
    WHERE status IN ('pending', 'processing')
"""
# In its own dump a backup is being written still.
KNOW_ITSELF = """
    UPDATE public.ops_backups
    SET state = 'kept', finished_at = %s, manifest = %s, size = %s, sha256 = %s
    WHERE file_name = %s AND state = 'writing'
"""


def restore(file: str, *, into: str) -> Result:
    """`file` is a path, or the name of one in the folder. Raises Refused, BackupFailed."""
    path = found_path(file)
    manifest = manifest_of(path)
    erased = erasures.kept()
    check_file(path, manifest)
    with maintenance() as conn:
        make(conn, into)
        try:
            scratch.restore(conn, into, path, told=lambda _: None, pulse=lambda: None)
            with scratch.connected(conn, into) as restored:
                compare(restored, manifest)
                back = make_ready(restored, manifest, erased)
        except BaseException:
            scratch.drop(conn, into)
            raise
    return Result(
        f"{path.name} is restored into {into}: {len(manifest['tables']):,} tables are as they were"
        f" dumped on {manifest['taken_at']}. {erased_again(back)} Now let DATABASE_URL name it, and"
        " start Steward.",
        {"file": path.name, "database": into, "erased_again": back},
    )


def found_path(file: str) -> Path:
    path = Path(file) if os.sep in file else files.folder() / file
    if not path.is_file():
        raise Refused(f"There is no file {path}.")
    return path


def manifest_of(path: Path) -> dict[str, Any]:
    beside = path.with_name(path.name.replace(files.DUMP, files.MANIFEST))
    try:
        found: dict[str, Any] = json.loads(beside.read_text())
    except (OSError, ValueError) as error:
        raise Refused(f"Its manifest {beside} cannot be read: {error}.") from error
    return found


def check_file(path: Path, manifest: dict[str, Any]) -> None:
    try:
        files.check(path, size=manifest["size"], sha256=manifest["sha256"], progress=lambda _: None)
    except files.Differs as error:
        raise Refused(str(error)) from error


def maintenance() -> Connection[Any]:
    """Where databases are made from: ours may be gone."""
    given = connection.get_connection_params()
    direct = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    values = {name: settings.DATABASE_DIRECT.get(key) for name, key in direct.items()}
    wanted = {name: value or given.get(name) for name, value in values.items()}
    wanted["sslmode"] = given.get("sslmode")
    return psycopg.connect(
        autocommit=True,
        dbname=MAINTENANCE,
        **{name: value for name, value in wanted.items() if value},
    )


def make(conn: Connection[Any], name: str) -> None:
    known = conn.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone()
    if known is not None:
        raise Refused(
            f"There is a database {name}: restore into a new one. To put it in the other's place,"
            f" rename both: ALTER DATABASE … RENAME TO …"
        )
    try:
        scratch.create(conn, name)
    except psycopg.Error as error:
        raise BackupFailed(f"Cannot make the database {name}: {error}.") from error


def compare(restored: Connection[Any], manifest: dict[str, Any]) -> None:
    with restored.transaction():
        found = contents.contents_of(restored, lambda *_: None)
    if problem := in_words(contents.differences(manifest, found)):
        raise BackupFailed(problem)


def make_ready(restored: Connection[Any], manifest: dict[str, Any], erased: list[str]) -> int:
    """What a moment of the past must not bring back; returns how many were erased again."""
    names = ("size", "sha256", "file")
    own = (manifest["finished_at"], Jsonb(manifest), *(manifest[name] for name in names))
    with restored.transaction():
        restored.execute(END_RUNS, [ENDED])
        restored.execute(KNOW_ITSELF, own)
    back = erasures.erase_again(restored, erased)
    restored.execute("ANALYZE")
    refresh(restored)
    return back


def erase_here() -> int:
    """As `make_ready`, in our own database."""
    connection.ensure_connection()
    return erasures.erase_again(connection.connection, erasures.kept())


def refresh(restored: Connection[Any]) -> None:
    """Boards and statistics hold nobody who was erased again."""
    views = "SELECT schemaname, matviewname FROM pg_matviews WHERE ispopulated ORDER BY 1, 2"
    for schema, name in restored.execute(views).fetchall():
        restored.execute(
            sql.SQL("REFRESH MATERIALIZED VIEW {}").format(sql.Identifier(schema, name))
        )


def erased_again(number: int) -> str:
    if not number:
        return "Nobody had to be erased again."
    who = "1 person was" if number == 1 else f"{number:,} people were"
    return f"{who} erased again."
