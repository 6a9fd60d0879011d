"""Detach, freeze, export, verify, hold; and a week later, drop."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from psycopg import Connection, sql
from psycopg.errors import LockNotAvailable

from ops.archive import catalog, manifest, parquet
from ops.archive.catalog import HOLD_SCHEMA, ArchiveError, Bounds, Fingerprint, qualified
from ops.archive.states import advance
from ops.models import PartitionArchive
from ops.models.archive import FINAL, ArchiveState
from ops.partitions import months_after

# (done, total, what is being done); may raise to stop between two batches.
type Progress = Callable[[int, int, str], None]

LOCK_TIMEOUT = "3s"
LOCK_ATTEMPTS = 20


def open_archive(
    conn: Connection[Any], *, table: str, partition: str, keep_months: int | None, force: bool
) -> PartitionArchive:
    """The archive row of this partition, made when there is none. Raises ArchiveError.

    `force` takes one that its table keeps still; `keep_months` of None keeps for ever.
    """
    known = PartitionArchive.objects.filter(table_name=table, partition_name=partition)
    archive = known.exclude(state__in=FINAL).first()
    if archive is not None:
        return archive
    bounds = refuse_unfit(
        conn, table=table, partition=partition, keep_months=keep_months, force=force
    )
    archive = PartitionArchive(
        table_name=table,
        partition_name=partition,
        lower=bounds.lower_time,
        upper=bounds.upper_time,
    )
    archive.folder = f"{table}/{partition}/{archive.pk}"
    archive.save(force_insert=True)
    return archive


def refuse_unfit(
    conn: Connection[Any], *, table: str, partition: str, keep_months: int | None, force: bool
) -> Bounds:
    """Its bounds, when it may go. Raises ArchiveError with the reason."""
    found = catalog.partition_of(conn, table, partition)
    if found is None:
        raise ArchiveError(f"{partition} is no partition of {table}.")
    upper, now = found.bounds.upper_time, datetime.now(UTC)
    if upper > now:
        raise ArchiveError(f"{partition} is still being written: it ends on {upper:%Y-%m-%d}.")
    due = months_after(upper, keep_months)
    if not force and (due is None or due > now):
        until = f"until {due:%Y-%m-%d}" if due else "for ever"
        raise ArchiveError(
            f"{partition} is kept {until}; archive it by name with force to do it earlier."
        )
    other = [row.name for row in catalog.partitions_of(conn, table) if row.is_detaching]
    if other and other != [partition]:
        raise ArchiveError(f"{other[0]} of the same table is being detached: finish that first.")
    refuse_without_room(conn, found.schema, partition)
    return found.bounds


def refuse_without_room(conn: Connection[Any], schema: str, partition: str) -> None:
    """The file is smaller than the table; room for the table is room enough."""
    row = conn.execute(
        "SELECT pg_table_size(%s::regclass)", [f'"{schema}"."{partition}"']
    ).fetchone()
    needed = row[0] if row else 0
    root = archive_root()
    free = shutil.disk_usage(root).free
    if free < needed:
        raise ArchiveError(
            f"The export may need {needed / 1024**2:,.0f} MB, and {root} has"
            f" {free / 1024**2:,.0f} MB: make room first."
        )


def archive_root() -> Path:
    root = Path(settings.STEWARD_ARCHIVE_DIR)
    root.mkdir(parents=True, exist_ok=True)
    return root


def folder_of(archive: PartitionArchive) -> Path:
    folder = archive_root() / archive.folder
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def archive_partition(conn: Connection[Any], archive: PartitionArchive, progress: Progress) -> str:
    """Take every step that is still to be taken, up to the hold; what was done, in words."""
    steps = {
        ArchiveState.DETACHING: detach_and_freeze,
        ArchiveState.FROZEN: export,
        ArchiveState.EXPORTED: verify,
        ArchiveState.VERIFIED: hold,
    }
    if archive.state == ArchiveState.DROPPED:
        return f"{archive.partition_name} is archived and dropped already."
    while archive.state in steps:
        steps[ArchiveState(archive.state)](conn, archive, progress)
    return f"{archive.row_count or 0:,} rows of {archive.partition_name} are archived and held."


def detach_and_freeze(conn: Connection[Any], archive: PartitionArchive, progress: Progress) -> None:
    progress(0, 0, "Detaching")
    table, partition = archive.table_name, archive.partition_name
    for attempt in range(LOCK_ATTEMPTS):
        found = catalog.partition_of(conn, table, partition)
        if found is None:
            break
        progress(0, 0, f"Detaching, attempt {attempt + 1}" if attempt else "Detaching")
        detach_once(conn, table, found)
    else:
        raise ArchiveError(
            f"Other transactions hold {table}: the detach of {partition} got no lock in"
            f" {LOCK_ATTEMPTS} attempts. Try again when they are done; nothing is lost."
        )
    freeze(conn, archive)


def detach_once(conn: Connection[Any], table: str, found: catalog.Partition) -> None:
    """One attempt. A first phase that was cut off is finished, never begun anew."""
    how = "FINALIZE" if found.is_detaching else "CONCURRENTLY"
    statement = sql.SQL("ALTER TABLE {} DETACH PARTITION {} {}").format(
        qualified("public", table), qualified(found.schema, found.name), sql.SQL(how)
    )
    conn.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
    try:
        conn.execute(statement)
    except LockNotAvailable:
        pass
    finally:
        conn.execute("RESET lock_timeout")


def freeze(conn: Connection[Any], archive: PartitionArchive) -> None:
    """Out of sight, without rights, and refusing every write, TRUNCATE too."""
    partition = archive.partition_name
    with conn.transaction():
        conn.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        if catalog.table_exists(conn, "public", partition):
            here = qualified("public", partition)
            conn.execute(sql.SQL("REVOKE ALL ON {} FROM PUBLIC").format(here))
            conn.execute(
                sql.SQL("ALTER TABLE {} SET SCHEMA {}").format(here, sql.Identifier(HOLD_SCHEMA))
            )
        conn.execute(
            sql.SQL(
                "CREATE OR REPLACE TRIGGER steward_frozen"
                " BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {}"
                " FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_write()"
            ).format(qualified(HOLD_SCHEMA, partition))
        )
        advance(conn, archive, "detaching", "frozen")


def export(conn: Connection[Any], archive: PartitionArchive, progress: Progress) -> None:
    partition = archive.partition_name
    table = qualified(HOLD_SCHEMA, partition)
    columns = catalog.columns_of(conn, HOLD_SCHEMA, partition)
    total = estimate(conn, partition)
    folder = folder_of(archive)
    refuse_without_room(conn, HOLD_SCHEMA, partition)
    found = parquet.write_parquet(
        table=table,
        columns=columns,
        path=folder / manifest.FILE,
        progress=lambda done: progress(done, max(total, done), "Writing the file"),
    )
    described = manifest.describe(
        conn,
        table=archive.table_name,
        partition=partition,
        schema=HOLD_SCHEMA,
        bounds=bounds_of(archive),
        fingerprint=found,
        path=folder / manifest.FILE,
    )
    manifest.write(described, folder)
    with conn.transaction():
        advance(conn, archive, "frozen", "exported", manifest=described, row_count=found.rows)


def estimate(conn: Connection[Any], partition: str) -> int:
    row = conn.execute(
        "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = %s::regclass",
        [f'"{HOLD_SCHEMA}"."{partition}"'],
    ).fetchone()
    return row[0] if row else 0


def bounds_of(archive: PartitionArchive) -> Bounds:
    return Bounds(catalog.bound_at(archive.lower), catalog.bound_at(archive.upper))


def verify(conn: Connection[Any], archive: PartitionArchive, progress: Progress) -> None:
    """Read the final file back into a scratch table and compare it with the frozen rows."""
    described = archive.manifest or {}
    try:
        refuse_difference(archive, described, progress)
    except ArchiveError:
        # The rows are all here still: the next attempt exports them again.
        with conn.transaction():
            advance(conn, archive, "exported", "frozen")
        raise
    with conn.transaction():
        advance(conn, archive, "exported", "verified")


def verify_files(archive: PartitionArchive, progress: Progress) -> str:
    """The files against their manifest, whatever became of the rows. Raises ArchiveError."""
    if archive.manifest is None:
        raise ArchiveError(f"{archive.partition_name} has no files yet.")
    refuse_difference(archive, archive.manifest, progress)
    return f"The files give the {archive.row_count or 0:,} rows of {archive.partition_name}."


def refuse_difference(
    archive: PartitionArchive, described: dict[str, Any], progress: Progress
) -> None:
    wanted, found = manifest.fingerprint_of(described), read_back(archive, described, progress)
    if found != wanted:
        raise ArchiveError(
            f"The file gives {found.rows:,} rows with another fingerprint than the"
            f" {wanted.rows:,} rows that were exported."
        )


def read_back(
    archive: PartitionArchive, described: dict[str, Any], progress: Progress
) -> Fingerprint:
    """What the final file holds, loaded into a scratch table that goes with its connection."""
    path = manifest.data_file(described, folder_of(archive))
    columns = manifest.columns_of(described)
    scratch = sql.Identifier("steward_scratch")
    with parquet.arrow_connection() as cursor:
        cursor.execute(catalog.create_scratch(scratch, columns).as_string())
        parquet.read_parquet(
            cursor=cursor,
            path=path,
            table=scratch,
            columns=columns,
            progress=lambda done: progress(done, described["rows"], "Reading the file back"),
        )
        cursor.execute(catalog.fingerprint_query(scratch, columns).as_string())
        return Fingerprint(*cursor.fetchone())


def hold(conn: Connection[Any], archive: PartitionArchive, progress: Progress) -> None:
    until = datetime.now(UTC) + timedelta(days=settings.STEWARD_ARCHIVE_HOLD_DAYS)
    with conn.transaction():
        advance(conn, archive, "verified", "held", held_until=until)


def drop_partition(conn: Connection[Any], archive: PartitionArchive, *, force: bool = False) -> str:
    """The rows go; the files stay. In one transaction, after comparing once more."""
    if archive.state == ArchiveState.DROPPED:
        return f"{archive.partition_name} is dropped already."
    if archive.state != ArchiveState.HELD or archive.held_until is None:
        raise ArchiveError(f"{archive.partition_name} is {archive.state}, not held.")
    if archive.held_until > datetime.now(UTC) and not force:
        raise ArchiveError(f"{archive.partition_name} is held until {archive.held_until:%Y-%m-%d}.")
    described = archive.manifest or {}
    manifest.data_file(described, folder_of(archive))
    table = qualified(HOLD_SCHEMA, archive.partition_name)
    with conn.transaction():
        conn.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        conn.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(table))
        found = catalog.fingerprint(conn, table, manifest.columns_of(described))
        if found != manifest.fingerprint_of(described):
            raise ArchiveError(
                f"The rows of {archive.partition_name} changed since the export: nothing was"
                " dropped. Restore the partition, then archive it again."
            )
        conn.execute(sql.SQL("DROP TABLE {}").format(table))
        advance(conn, archive, "held", "dropped")
    return f"{found.rows:,} rows of {archive.partition_name} dropped; the files stay."
