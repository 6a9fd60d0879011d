"""The dry run: what a move would bring, and what not, and why. It writes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from ops.models import PartitionArchive, Run
from ops.models.archive import FINAL
from ops.models.run import Status
from ops.moving import staging
from ops.moving.moves import move_of
from ops.moving.sources import Source
from ops.moving.staging import count_of, run
from ops.registry import FlatShape, PartitionedTable
from ops.work import Work

MOVE = "migrate_to_partitioned_table"
# Where no move was measured here: rows a second, bytes a row with its indexes.
USUAL_RATE, USUAL_BYTES = 8_000, 450
EXAMPLES = 3
OVER = """
    DELETE FROM flat_rows AS f USING public.ops_moved_rows AS r
    WHERE r.move_id = %s AND r.target_id = f.id
"""
REFUSED = """
    SELECT problem, count(*), (array_agg(
        source_key || ': ' || COALESCE(NULLIF(pg_catalog.left({shown}::text, 80), ''), '(empty)')
        ORDER BY source_key
    ))[:{examples}]
    FROM flat_rows WHERE problem IS NOT NULL GROUP BY problem
"""
BYTES = """
    SELECT sum(pg_catalog.pg_total_relation_size(c.oid)) / NULLIF(sum(c.reltuples), 0)
    FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
    WHERE i.inhparent = %s::regclass AND c.reltuples > 1000
"""


@dataclass
class Survey:
    rows: int = 0
    # By the move that it would go on with.
    over: int = 0
    months: Counter[date] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def read(self) -> int:
        return self.rows + self.over

    def refuse(self, reason: str, rows: int, examples: list[str]) -> None:
        self.refused[reason] += rows
        self.examples.setdefault(reason, []).extend(examples)
        del self.examples[reason][EXAMPLES:]


def survey(
    work: Work, table: PartitionedTable, shape: FlatShape, source: Source, batch: int
) -> dict[str, Any]:
    """The figures, as JSON values."""
    staging.make_staging(shape)
    staging.make_seen(table, shape)
    found, watermark, move = Survey(), None, move_of(table, source.name)
    while True:
        work.progress(found.read, source.total(found.read), "Looking at the rows")
        with transaction.atomic():
            run("SET TRANSACTION READ ONLY")
            values = {"after": watermark, "limit": batch}
            if not staging.stage(shape, source, staging.after(source), values):
                break
            watermark = staging.last_key(source)
            found.over += count_of(OVER, [move.pk if move else None])
            look(table, shape, found)
    return figures_of(table, source, found)


def look(table: PartitionedTable, shape: FlatShape, found: Survey) -> None:
    """At the staged rows."""
    staging.judge(table, shape, writes=False)
    refused = sql.SQL(REFUSED).format(
        shown=sql.Identifier(shape.shown), examples=sql.Literal(EXAMPLES)
    )
    for reason, rows, examples in run(refused):
        found.refuse(reason, rows, examples)
        found.rows += rows
    for day, rows in staging.months(table):
        found.months[day] += rows
        found.rows += rows


def figures_of(table: PartitionedTable, source: Source, found: Survey) -> dict[str, Any]:
    months = []
    for day, rows in sorted(found.months.items()):
        state = state_of_partition(table, day)
        if state == IN_ARCHIVE:
            found.refuse(f"The partition of {day:%Y-%m} is in the archive: restore it.", rows, [])
        months.append({"from": day.isoformat(), "rows": rows, "partition": state})
    refused = sum(found.refused.values())
    come = found.rows - refused
    return {
        "source": source.name,
        "rows": found.read,
        "over already": found.over,
        "would come": come,
        "would be refused": refused,
        "seconds, about": round(come / rate(table)),
        "bytes, about": round(come * bytes_a_row(table)),
        "columns that stay behind": ", ".join(source.left) or "none",
        "reasons": [
            {
                "reason": reason,
                "rows": rows,
                "examples": "; ".join(found.examples[reason]),
            }
            for reason, rows in found.refused.most_common()
        ],
        "partitions": months,
    }


THERE, TO_BE_MADE, IN_ARCHIVE = "there", "to be made", "in the archive"


def state_of_partition(table: PartitionedTable, day: date) -> str:
    if run("SELECT public.get_partition_for_date(%s, %s)", [table.name, day])[0][0]:
        return THERE
    first = datetime(day.year, day.month, day.day, tzinfo=UTC)
    archived = PartitionArchive.objects.filter(
        table_name=table.name, lower__lt=first + timedelta(days=1), upper__gt=first
    )
    return IN_ARCHIVE if archived.exclude(state__in=FINAL).exists() else TO_BE_MADE


def rate(table: PartitionedTable) -> float:
    """Rows a second, of the last move into this table."""
    last = (
        Run.objects.filter(operation=MOVE, target=table.name, status=Status.COMPLETED)
        .order_by("-id")
        .values_list("figures", flat=True)
        .first()
    )
    return float((last or {}).get("rows a second") or USUAL_RATE)


def bytes_a_row(table: PartitionedTable) -> float:
    with connection.cursor() as cursor:
        cursor.execute(BYTES, [table.name])
        (found,) = cursor.fetchone()
    return float(found or USUAL_BYTES)
