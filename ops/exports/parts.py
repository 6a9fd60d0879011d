"""A file that a run makes in parts: after a crash the next try goes on behind the last whole one.

Safety: nothing is deleted but in folders below STEWARD_EXPORT_DIR that are named by a run's id.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection
from psycopg import sql

from ops.exports.files import whole_file
from ops.exports.orders import Order
from ops.exports.reading import Part, Reader, source_of
from ops.exports.writing import blocks_of
from ops.replicas import snapshot_of

STATE = "parts.json"

type Progress = Callable[[int], None]


@dataclass(frozen=True)
class Written:
    """`upto` is the last key of it; None: it is the last part."""

    name: str
    rows: int
    upto: str | None


@dataclass
class Parts:
    """What is on the disk. `as_of` and `snapshot` are those of the first part."""

    folder: Path
    as_of: str = ""
    snapshot: str = ""
    written: list[Written] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.written)

    @property
    def are_all(self) -> bool:
        return bool(self.written) and self.written[-1].upto is None

    def files(self) -> Iterator[Path]:
        return (self.folder / part.name for part in self.written)

    def save(self) -> None:
        values = asdict(self) | {"folder": None}
        with whole_file(self.folder / STATE) as file:
            file.write(json.dumps(values).encode())

    def forget(self) -> None:
        for path in (*self.files(), self.folder / STATE):
            path.unlink(missing_ok=True)


def folder_of(run_id: UUID) -> Path:
    return Path(settings.STEWARD_EXPORT_DIR) / str(run_id)


def parts_in(folder: Path, conn: Reader, order: Order) -> Parts:
    """Those of an earlier try, unless a member was erased since: then it begins anew."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Of a try that was killed: the run's lock says that nobody writes here now.
    for left in folder.glob(".*.partial"):
        left.unlink(missing_ok=True)
    if (folder / STATE).exists():
        found = json.loads((folder / STATE).read_text())
        written = [Written(**part) for part in found["written"]]
        parts = Parts(folder, found["as_of"], found["snapshot"], written)
        if not (order.export.member and erased_since(parts.snapshot)):
            return parts
        parts.forget()
    as_of, snapshot = snapshot_of(conn)
    return Parts(folder, as_of.isoformat(), snapshot)


# Whom a snapshot still saw: a time would miss who was erased while the snapshot was taken.
ERASED_SINCE = """
    SELECT EXISTS (
        SELECT FROM public.erased_members AS e
        WHERE NOT pg_visible_in_snapshot(e.transaction::text::xid8, %s::pg_snapshot)
    )
"""


def erased_since(snapshot: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(ERASED_SINCE, [snapshot])
        return bool(cursor.fetchone()[0])


# --- Writing -------------------------------------------------------------------------------------
def write_parts(conn: Reader, order: Order, parts: Parts, progress: Progress) -> None:
    """Those that are missing; each is on the disk before the state names it."""
    while not parts.are_all:
        after = parts.written[-1].upto if parts.written else None
        upto = end_of_part(conn, order, after)
        name = f"part-{len(parts.written):06}.{order.format}"
        part = Part(after, upto)
        rows = 0
        with whole_file(parts.folder / name) as file:
            for block, ended in blocks_of(conn, order, part, is_first=after is None):
                file.write(block)
                rows += ended
                progress(parts.rows + rows)
        parts.written.append(Written(name, rows, upto))
        parts.save()


def end_of_part(conn: Reader, order: Order, after: str | None) -> str | None:
    """The key of its last row; None when it has all that is left."""
    key = sql.SQL(order.export.key)
    found = conn.execute(
        sql.SQL("SELECT ({0})::text {1} ORDER BY {0} OFFSET {2} LIMIT 1").format(
            key, source_of(order, Part(after)), settings.STEWARD_EXPORT_PART_ROWS - 1
        )
    ).fetchone()
    return found[0] if found else None


def assemble(order: Order, parts: Parts) -> Path:
    """The one file of all parts, whole or not at all."""
    path = parts.folder / order.file_name
    with whole_file(path) as file:
        if order.format == "parquet":
            join_parquet(list(parts.files()), file)
        else:
            for part in parts.files():
                with part.open("rb") as source:
                    shutil.copyfileobj(source, file, 1024 * 1024)
    return path


def join_parquet(paths: list[Path], target: Any) -> None:
    """Row group by row group."""
    with pq.ParquetWriter(target, pq.read_schema(paths[0]), compression="zstd") as writer:
        for path in paths:
            # Buffered ahead, what was read of the file would stay in memory to its end.
            with pq.ParquetFile(path, pre_buffer=False) as file:
                for number in range(file.num_row_groups):
                    group = file.read_row_group(number)
                    writer.write_table(group, row_group_size=max(group.num_rows, 1))
                    pa.default_memory_pool().release_unused()
