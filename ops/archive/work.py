"""The work functions of the operations on one partition. A target reads `table.partition`.

Safety: every one holds the table's lock for its whole time, so no two of them meet; nothing is
deleted but by `drop`, after the hold and after the rows were compared with what the files gave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.module_loading import import_string
from psycopg import Connection
from psycopg.errors import QueryCanceled

from ops.archive import archiving, catalog, restoring
from ops.archive.catalog import ArchiveError
from ops.archive.turns import alone_with
from ops.disks import writing_to
from ops.models import PartitionArchive
from ops.models.archive import FINAL
from ops.partitions import table_named
from ops.registry import PartitionedTable
from ops.work import Refused, Result, Work


def split_target(target: str) -> tuple[PartitionedTable, str]:
    table, _, partition = target.partition(".")
    return table_named(table), partition


@contextmanager
def holding(work: Work, table: str) -> Iterator[Connection[Any]]:
    """The run's connection, with the table's session lock: one run a table at a time."""
    work.connection.ensure_connection()
    conn: Connection[Any] = work.connection.connection
    try:
        with (
            alone_with(conn, table),
            work.connection.wrap_database_errors,
            writing_to(archiving.archive_root()),
        ):
            yield conn
    except ArchiveError as error:
        raise Refused(str(error)) from error


def archive(work: Work) -> Result:
    table, partition = split_target(work.target)
    with holding(work, table.name) as conn:
        prepare(conn, table, partition)
        row = archiving.open_archive(
            conn,
            table=table.name,
            partition=partition,
            keep_months=table.keep_months,
            force=bool(work.parameters.get("force")),
        )
        try:
            text = archiving.archive_partition(conn, row, work.progress)
            work.progress(row.row_count, row.row_count)
            return told(text, row)
        except Exception:
            if work.was_cancelled:
                put_back(work, conn, row)
            raise


def prepare(conn: Connection[Any], table: PartitionedTable, partition: str) -> None:
    """What the table's app wants to see done before the rows go; not again once they are going."""
    found = catalog.partition_of(conn, table.name, partition) if table.before_archive else None
    if found and not found.is_detaching:
        bounds = found.bounds
        import_string(table.before_archive)(bounds.lower_time.date(), bounds.upper_time.date())


def put_back(work: Work, conn: Connection[Any], row: PartitionArchive) -> None:
    """After a cancel, as if nothing had been."""
    with work.undoing():
        row.refresh_from_db()
        try:
            restoring.restore_partition(conn, row, work.progress)
        except QueryCanceled:  # the cancel's own signal, late
            row.refresh_from_db()
            restoring.restore_partition(conn, row, work.progress)


def drop(work: Work) -> Result:
    return on_archived(
        work,
        lambda conn, row: archiving.drop_partition(
            conn, row, force=bool(work.parameters.get("force"))
        ),
    )


def restore(work: Work) -> Result:
    return on_archived(
        work, lambda conn, row: restoring.restore_partition(conn, row, work.progress)
    )


def verify(work: Work) -> Result:
    return on_archived(work, lambda conn, row: archiving.verify_files(row, work.progress))


def on_archived(work: Work, act: Callable[[Connection[Any], PartitionArchive], str]) -> Result:
    table, partition = split_target(work.target)
    with holding(work, table.name) as conn:
        row = latest_archive(table.name, partition)
        return told(act(conn, row), row)


def latest_archive(table: str, partition: str) -> PartitionArchive:
    """The one that is in the archive; else the last one that was. Raises Refused."""
    known = PartitionArchive.objects.filter(table_name=table, partition_name=partition)
    found = known.exclude(state__in=FINAL).first() or known.first()
    if found is None:
        raise Refused(f"{partition} of {table} was never archived.")
    return found


def told(text: str, row: PartitionArchive) -> Result:
    return Result(text, {"rows": row.row_count, "state": row.state, "folder": row.folder})
