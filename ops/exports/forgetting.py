"""Members who were erased leave the warehouse's files of months that only the archive has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import connection

from ops.archive.parquet import sha256
from ops.exports import manifest
from ops.exports.files import whole_file
from ops.exports.manifest import WarehouseFile
from ops.registry import Export, PersonalData, declared

ERASED = """
    SELECT e.id::text FROM public.erased_members AS e
    WHERE NOT pg_visible_in_snapshot(e.transaction::text::xid8, %s::pg_snapshot)
"""


def forget(
    export: Export, files: Iterable[WarehouseFile], *, since: str
) -> dict[str, WarehouseFile]:
    """Path → file as it is then; `since` is the snapshot in which the files were right."""
    known = {file.path: file for file in files}
    if not (known and export.member):
        return known
    with connection.cursor() as cursor:
        cursor.execute(ERASED, [since])
        gone = pa.array([key for (key,) in cursor.fetchall()], pa.string())
    if not len(gone):
        return known
    rule = declared(PersonalData).get(export.table)
    drops = rule is not None and rule.action == "delete"
    return {path: without(file, export.member, gone, drops) for path, file in known.items()}


def without(file: WarehouseFile, column: str, gone: pa.Array, drops: bool) -> WarehouseFile:
    """Its rows go if it `drops` them; otherwise their id does."""
    path = manifest.root() / file.path
    with pq.ParquetFile(path, pre_buffer=False) as source:
        if not any(
            pc.any(pc.is_in(batch.column(0), value_set=gone)).as_py()
            for batch in source.iter_batches(columns=[column])
        ):
            return file
        rows = rewrite(source, path, column, gone, drops)
    return replace(file, rows=rows, bytes=path.stat().st_size, sha256=sha256(path))


def rewrite(source: pq.ParquetFile, path: Path, column: str, gone: pa.Array, drops: bool) -> int:
    rows = 0
    with (
        whole_file(path, manifest.MODE) as target,
        pq.ParquetWriter(target, source.schema_arrow, compression="zstd") as writer,
    ):
        for number in range(source.num_row_groups):
            group = source.read_row_group(number)
            found = pc.fill_null(pc.is_in(group[column], value_set=gone), False)
            if drops:
                group = group.filter(pc.invert(found))
            else:
                place = group.column_names.index(column)
                blank = pc.if_else(found, pa.scalar(None, pa.string()), group[column])
                group = group.set_column(place, column, blank)
            writer.write_table(group, row_group_size=max(group.num_rows, 1))
            rows += group.num_rows
    return rows
