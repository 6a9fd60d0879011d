"""The weekly export for a data warehouse: Parquet by month, of which only what changed is written.

Every month's rows are counted and hashed in PostgreSQL; a month whose figures are those of the
manifest keeps its file. So late writes, corrections, deletions and erasures are all seen. Months
that are in the archive keep their files. No personal column is in here, and no id of a member who
was erased.

Safety: only files that the manifest names are deleted, and only once a newer manifest stands.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from psycopg import sql

from ops.archive.parquet import sha256
from ops.disks import writing_to
from ops.exports import manifest
from ops.exports.files import record_export, whole_file
from ops.exports.forgetting import forget
from ops.exports.manifest import Dataset, WarehouseFile
from ops.exports.orders import Order
from ops.exports.reading import Reader, kinds_of, reading, rows_of
from ops.exports.writing import blocks_of, schema_of
from ops.models import PartitionArchive
from ops.models.archive import FINAL
from ops.registry import Export, ExportFilter, declared
from ops.replicas import snapshot_of
from ops.work import Refused, Result, Work

STAGING = ".staging"
LIMIT = "6h"
# Month → (rows, sum of hashes, newest moment); for exports without months the month is null.
FIGURES = """
    SELECT {month}, count(*), coalesce(sum(hash_record_extended(x, 0)::numeric), 0)::text, {newest}
    FROM ({rows}) AS x GROUP BY 1
"""
IN_MONTH = ExportFilter(
    "month",
    "Month",
    "{column} >= public.uuid_floor({{value}}::timestamptz)"
    " AND {column} < public.uuid_floor({{value}}::timestamptz + interval '1 month')",
)

type Month = datetime | None
type Figures = tuple[int, str]


def export_warehouse(work: Work) -> Result:
    """Dataset after dataset, each in one snapshot; the manifest names it once it stands."""
    wanted = [each for each in declared(Export).values() if each.in_warehouse]
    known = manifest.read()
    written: list[str] = []
    with writing_to(manifest.root()), staging():
        for done, export in enumerate(wanted):
            work.progress(done, len(wanted), export.title)
            before = known.get(export.name, Dataset())
            after, new = export_dataset(export, before, work)
            known[export.name] = after
            manifest.write(known)
            drop_files(before, after)
            written += new
    work.progress(len(wanted), len(wanted))
    files = sum(len(dataset.files) for dataset in known.values())
    rows = sum(dataset.rows for dataset in known.values())
    text = f"{len(written):,} of {files:,} files were written anew; {rows:,} rows in all."
    return Result(text, {"written": len(written), "files": files, "rows": rows})


@contextmanager
def staging() -> Iterator[None]:
    """What was put there is in its place, or is not wanted."""
    try:
        yield
    finally:
        shutil.rmtree(manifest.root() / STAGING, ignore_errors=True)


def export_dataset(export: Export, before: Dataset, work: Work) -> tuple[Dataset, list[str]]:
    """What stands then, and the paths of the files that are new."""
    order = order_for(export)
    manifest.root().mkdir(parents=True, exist_ok=True, mode=0o750)
    with reading(LIMIT, replica=work.attempt == 1) as conn:
        as_of, snapshot = snapshot_of(conn)
        schema = schema_of(kinds_of(conn, order))
        columns = tuple({"name": each.name, "type": str(each.type)} for each in schema)
        figures, newest = figures_of(conn, order)
        kept = unchanged(export, before, figures) if columns == before.columns else {}
        new = {
            path: stage(conn, order, month, path, figures[month], work)
            for month in figures
            if (path := path_of(export, month)) not in kept
        }
    kept |= forget(export, archived_files(export, before, figures), since=before.snapshot)
    for path in new:
        target = manifest.root() / path
        target.parent.mkdir(parents=True, exist_ok=True)
        (manifest.root() / STAGING / path).replace(target)
    files = tuple(file for _, file in sorted((kept | new).items()))
    rows = sum(file.rows for file in files)
    if new:
        record_export(order=order, rows=rows, warehouse=True, files=len(new))
    return Dataset(as_of.isoformat(), snapshot, newest, rows, columns, files), list(new)


# --- What is to be written -----------------------------------------------------------------------
def order_for(export: Export) -> Order:
    """Without personal columns and erased members: rows of their own go, elsewhere their id."""
    erased = "IN (SELECT e.id FROM public.erased_members AS e)"
    column = export.columns.get(export.member, "")
    filters: tuple[ExportFilter, ...] = ()
    if column and column == export.key:
        filters = (ExportFilter("erased", "Erased", f"{column} NOT {erased}"),)
    elif column:
        masked = f"CASE WHEN {column} {erased} THEN NULL ELSE {column} END"
        export = replace(export, columns={**export.columns, export.member: masked})
    if month := month_column(export):
        filters += (replace(IN_MONTH, condition=IN_MONTH.condition.format(column=month)),)
    chosen = {each.name: "" for each in filters if each.name == "erased"}
    return Order(replace(export, filters=filters), "parquet", chosen=chosen)


def month_column(export: Export) -> str:
    return export.month or export.made


def figures_of(conn: Reader, order: Order) -> tuple[dict[Month, Figures], str | None]:
    """By month, in one pass over all rows; and the moment of the newest one."""
    column = month_column(order.export)
    inner = order
    month: sql.Composable = sql.SQL("NULL::timestamptz")
    newest: sql.Composable = month
    if column:
        inner = replace(
            order, export=replace(order.export, columns={**order.export.columns, MONTH: column})
        )
        moment = sql.SQL("uuid_extract_timestamp(x.{})").format(sql.Identifier(MONTH))
        month = sql.SQL("date_trunc('month', {})").format(moment)
        newest = sql.SQL("max({})").format(moment)
    query = sql.SQL(FIGURES).format(month=month, newest=newest, rows=rows_of(inner, in_order=False))
    found = conn.execute(query).fetchall()
    moments = [row[3] for row in found if row[3]]
    figures: dict[Month, Figures] = {row[0]: (row[1], row[2]) for row in found}
    if not column:
        figures = figures or {None: (0, "0")}
    return figures, max(moments).isoformat() if moments else None


MONTH = "month of the warehouse"


def path_of(export: Export, month: Month) -> str:
    """Months without a zero before them: readers take those for texts."""
    if month is None:
        return f"{export.name}/{export.name}.parquet"
    return f"{export.name}/year={month:%Y}/month={month.month}/{export.name}.parquet"


def unchanged(
    export: Export, before: Dataset, figures: Mapping[Month, Figures]
) -> dict[str, WarehouseFile]:
    """Those files of the manifest that say what the database says."""
    now = {path_of(export, month): each for month, each in figures.items()}
    return {
        file.path: file
        for file in before.files
        if now.get(file.path) == (file.rows, file.fingerprint) and is_there(file)
    }


def is_there(file: WarehouseFile) -> bool:
    path = manifest.root() / file.path
    return path.is_file() and path.stat().st_size == file.bytes


def archived_files(
    export: Export, before: Dataset, figures: Mapping[Month, Figures]
) -> list[WarehouseFile]:
    """Of months that are not in their table any more, because the archive has them."""
    gone = PartitionArchive.objects.filter(table_name=export.table)
    spans = gone.exclude(state__in=(*FINAL, "detaching")).values_list("lower", "upper")
    here = {path_of(export, month) for month in figures}
    return [
        file
        for file in before.files
        if file.path not in here
        and any(low <= month < up for month in months_in(file.path) for low, up in spans)
    ]


def months_in(path: str) -> Iterator[datetime]:
    values = dict(part.split("=") for part in Path(path).parts if "=" in part)
    if values:
        yield datetime(int(values["year"]), int(values["month"]), 1, tzinfo=UTC)


# --- Files ---------------------------------------------------------------------------------------
def stage(
    conn: Reader,
    order: Order,
    month: Month,
    path: str,
    figures: Figures,
    work: Work,
) -> WarehouseFile:
    """A new file beside the ones that stand. Raises Refused when it is not what was counted."""
    rows, total = figures
    if month is not None:
        order = replace(order, chosen={**order.chosen, "month": month.isoformat()})
    target = manifest.root() / STAGING / path
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with whole_file(target, manifest.MODE) as file:
        for block, ended in blocks_of(conn, order):
            file.write(block)
            written += ended
            work.check_cancelled()
    if written != rows:
        raise Refused(f"{path}: {written:,} rows instead of {rows:,}.")
    return WarehouseFile(path, rows, target.stat().st_size, sha256(target), total)


def drop_files(before: Dataset, after: Dataset) -> None:
    kept = {file.path for file in after.files}
    for file in before.files:
        if file.path not in kept:
            (manifest.root() / file.path).unlink(missing_ok=True)
