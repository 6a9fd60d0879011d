"""A dump and its manifest, both of one snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from subprocess import PIPE
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from psycopg import Connection

from ops.archive.turns import none_moved
from ops.backups import contents, files, tools
from ops.backups.adopting import adopt
from ops.backups.erasures import keep_erasures
from ops.backups.pruning import delete_leftovers
from ops.models import Backup
from ops.models.backup import BackupState
from ops.runs import enqueue
from ops.work import Refused, Result, Work

VERSION = 1
# A dump waits for no lock longer than that: who alters a table then would wait behind it.
LOCK_WAIT = "60s"
DIED = "The worker that wrote it died."
# Extensions are made by the bootstrap script; their comments belong to the superuser.
OPTIONS = (
    "--format=custom",
    "--compress=none",
    tools.ROW_SECURITY,
    "--exclude-extension=*",
    f"--lock-wait-timeout={LOCK_WAIT}",
)


def back_up(work: Work) -> Result:
    """Work of the operation of this name. Raises Refused, BackupFailed."""
    work.connection.ensure_connection()
    conn: Connection[Any] = work.connection.connection
    files.folder()
    clean_up(conn.info.dbname)
    keep_erasures(work)
    backup = Backup.objects.create(
        file_name=files.name_for(conn.info.dbname, timezone.now()), database=conn.info.dbname
    )
    try:
        manifest = write(work, conn, backup)
    except BaseException as error:
        with work.undoing():
            give_up(backup, error, work)
        raise
    finish(backup, manifest)
    return told(backup, verify=bool(work.parameters.get("verify")))


def told(backup: Backup, *, verify: bool) -> Result:
    manifest = backup.manifest or {}
    rows = sum(table["rows"] for table in manifest["tables"].values())
    text = (
        f"{backup.file_name}: {filesizeformat(backup.size or 0)}, {rows:,} rows in"
        f" {len(manifest['tables']):,} tables."
    )
    if verify:
        enqueue(operation="verify_backup", parameters={"backup": str(backup.pk)})
        text += " A drill is about to restore it."
    return Result(text, {"file": backup.file_name, "bytes": backup.size, "rows": rows})


def clean_up(database: str) -> None:
    """After workers that died: the run's lock says that nobody else writes."""
    files.delete_partial(database)
    adopt(database)
    died = Backup.objects.filter(database=database, state=BackupState.WRITING)
    died.update(state=BackupState.FAILED, finished_at=Now(), error=DIED)
    delete_leftovers()


def give_up(backup: Backup, error: BaseException, work: Work) -> None:
    reason = "Cancelled." if work.was_cancelled else str(error) or type(error).__name__
    Backup.objects.filter(pk=backup.pk, state=BackupState.WRITING).update(
        state=BackupState.FAILED, finished_at=Now(), error=reason.splitlines()[0]
    )


def finish(backup: Backup, manifest: dict[str, Any]) -> None:
    """The manifest first: a dump that the ledger knows always has one."""
    files.write_json(files.manifest_path(backup.file_name), manifest)
    backup.manifest, backup.size, backup.sha256 = manifest, manifest["size"], manifest["sha256"]
    backup.state = BackupState.KEPT.value
    backup.finished_at = datetime.fromisoformat(manifest["finished_at"])
    backup.save()


# --- The dump ------------------------------------------------------------------------------------
def write(work: Work, conn: Connection[Any], backup: Backup) -> dict[str, Any]:
    """Returns the manifest."""
    found = tools.tools_for(conn.info.server_version)
    with (
        work.connection.wrap_database_errors,
        none_moved(conn),
        one_snapshot(work, conn) as (snapshot, taken_at),
    ):
        contents.refuse_hidden_rows(conn)
        before = contents.sequences_of(conn)
        hashing = dump(work, conn, found, snapshot, backup.file_name)
        held = contents.contents_of(conn, work.progress)
    server = conn.info.parameter_status("server_version")
    return {
        "version": VERSION,
        "file": backup.file_name,
        "database": backup.database,
        "taken_at": taken_at.isoformat(),
        "finished_at": timezone.now().isoformat(),
        "size": hashing.bytes,
        "sha256": hashing.sha256,
        "compression": "zstd",
        "server": server,
        "pg_dump": found.version,
        **held,
        "sequences_before": before,
    }


@contextmanager
def one_snapshot(work: Work, conn: Connection[Any]) -> Iterator[tuple[str, datetime]]:
    """A transaction that reads; (the name of its snapshot for others, its time)."""
    with work.connection.wrap_database_errors, transaction.atomic():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        conn.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        row = conn.execute("SELECT pg_export_snapshot(), now()").fetchone()
        if row is None:
            raise Refused("PostgreSQL gave no snapshot.")
        yield row[0], row[1]


def dump(
    work: Work, conn: Connection[Any], found: tools.Tools, snapshot: str, name: str
) -> files.Hashing:
    """Returns what knows size and hash of the file that was written."""
    command = found.command(
        "pg_dump", *OPTIONS, f"--snapshot={snapshot}", f"--dbname={tools.target_of(conn)}"
    )
    with (
        files.written(name) as (plain, hashing),
        tools.running(
            command, tools.environment_of(conn), work.check_cancelled, stdout=PIPE
        ) as process,
    ):
        assert process.stdout is not None  # noqa: S101  # it was asked for
        while chunk := tools.read(process.stdout, files.CHUNK, work.check_cancelled):
            plain.write(chunk)
            work.progress(note=f"Dumping: {filesizeformat(hashing.bytes)}")
    return hashing
