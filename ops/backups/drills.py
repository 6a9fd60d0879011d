"""The restore drill: a backup counts when everything came back from it."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from django.utils import timezone
from psycopg import Connection

from ops.backups import contents, files, scratch
from ops.backups.errors import BackupFailed, Interrupted
from ops.models import Backup
from ops.models.backup import Verdict
from ops.work import Refused, Result, Work

SHOWN = 3


def verify_backup(work: Work) -> Result:
    """Work of the operation of this name. Raises Refused when it did not come back whole, and
    Interrupted when nobody knows: the verdict stays as it was.
    """
    work.connection.ensure_connection()
    conn: Connection[Any] = work.connection.connection
    backup = chosen(str(work.parameters.get("backup") or ""))
    began = time.monotonic()
    found: list[dict[str, str]] = []
    try:
        found = drill(work, conn, backup)
        problem = in_words(found)
    except Interrupted:
        raise
    except (files.Differs, BackupFailed) as error:
        problem = str(error)
    if work.was_cancelled:
        work.check_cancelled()
    seconds = time.monotonic() - began
    record(backup, problem, found, seconds)
    if problem:
        raise Refused(f"{backup.file_name}: {problem}")
    tables = len((backup.manifest or {})["tables"])
    return Result(
        f"{backup.file_name} was restored: {tables:,} tables are as they were dumped.",
        {"file": backup.file_name, "tables": tables, "seconds": round(seconds, 1)},
    )


def chosen(key: str) -> Backup:
    """The one that is named, else the latest. Raises Refused."""
    kept = Backup.objects.kept().order_by("-id")
    try:
        found = kept.filter(pk=UUID(key)).first() if key else kept.first()
    except ValueError:
        found = None
    if found is None:
        raise Refused("This backup is not kept." if key else "There is no backup yet.")
    return found


def drill(work: Work, conn: Connection[Any], backup: Backup) -> list[dict[str, str]]:
    """What differs between the dump's manifest and the database that came out of it."""
    manifest, path = backup.manifest or {}, files.folder() / backup.file_name
    size = backup.size or 0
    files.check(
        path,
        size=size,
        sha256=backup.sha256,
        progress=lambda done: work.progress(done, size, "Reading the file"),
    )
    work.progress(note="Making a scratch database")
    with work.connection.wrap_database_errors, scratch.scratch(conn) as name:
        scratch.restore(
            conn,
            name,
            path,
            told=lambda done: work.progress(done, size, "Restoring the dump"),
            pulse=work.check_cancelled,
        )
        work.progress(note="Comparing")
        with scratch.connected(conn, name) as restored, restored.transaction():
            return contents.differences(manifest, contents.contents_of(restored, work.progress))


def record(backup: Backup, problem: str, found: list[dict[str, str]], seconds: float) -> None:
    Backup.objects.filter(pk=backup.pk).update(
        verdict=Verdict.BROKEN if problem else Verdict.RESTORED,
        problem=problem,
        differences=found,
        drilled_at=timezone.now(),
        drill_seconds=seconds,
    )


def in_words(found: list[dict[str, str]]) -> str:
    """Empty when nothing differs."""
    if not found:
        return ""
    lines = [f"{row['what']} had {row['dumped']}, came back {row['restored']}" for row in found]
    more = f"; and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    return f"It did not come back as it was: {'; '.join(lines[:SHOWN])}{more}."
