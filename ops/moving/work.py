"""The work functions of moves. A target is the partitioned table; `source` is a parameter."""

from __future__ import annotations

from collections import Counter
from time import monotonic
from typing import Any

from ops.archive.work import holding
from ops.models import MoveRefusal
from ops.moving import proving
from ops.moving.copying import all_batches, copy_batch, make_tables
from ops.moving.moves import Moving, move_of, open_move, stop_watching, watch
from ops.moving.sources import shape_of, source_named
from ops.moving.survey import survey
from ops.moving.undoing import take_back
from ops.partitions import table_named
from ops.work import Refused, Result, Work

BATCH = 10_000
LARGEST_BATCH = 50_000


def batch_of(work: Work) -> int:
    size = int(work.parameters.get("batch_size") or BATCH)
    if not 1 <= size <= LARGEST_BATCH:
        raise Refused(f"A batch has 1 to {LARGEST_BATCH:,} rows, not {size:,}.")
    return size


def look(work: Work) -> Result:
    """The work of the operation `look_at_flat_table`."""
    table = table_named(work.target)
    source = source_named(table, work.parameters.get("source", ""))
    figures = survey(work, table, shape_of(table), source, batch_of(work))
    over = f" {figures['over already']:,} are over already." if figures["over already"] else ""
    return Result(
        f"{figures['would come']:,} of {figures['rows']:,} rows of {source.name} would come,"
        f" {figures['would be refused']:,} would be refused.{over} Nothing was changed.",
        figures,
    )


def migrate(work: Work) -> Result:
    """The work of the operation `migrate_to_partitioned_table`."""
    table = table_named(work.target)
    source = source_named(table, work.parameters.get("source", ""))
    batch = batch_of(work)
    with holding(work, table.name):
        move = open_move(table, source)
        moving = Moving(work, table, shape_of(table), source, move, batch)
        started, before = monotonic(), move.read_count
        try:
            make_tables(moving)
            watch(moving)
            all_batches(moving, copy_batch, "Copying")
            copied = (move.read_count - before) / (monotonic() - started)
            proof = proving.finish(moving)
        except Exception as error:
            if work.was_cancelled or isinstance(error, Refused):
                let_go(moving)
            raise
        return told(moving, proof, copied)


def let_go(moving: Moving) -> None:
    """The source is left as it was; what came stays, and a later run goes on from there."""
    with moving.work.undoing():
        stop_watching(moving)
        moving.move.refresh_from_db()
        moving.report(f"{moving.move.moved_count:,} rows are over; start it again to go on")


def told(moving: Moving, proof: dict[str, Any], rate: float) -> Result:
    move = moving.move
    move.refresh_from_db()
    moving.report("")
    refused = Counter(MoveRefusal.objects.filter(move_id=move.pk).values_list("reason", flat=True))
    changed = (
        f" {proof['changed_here']:,} of them were changed here since, and stay so."
        if proof["changed_here"]
        else ""
    )
    return Result(
        f"{move.moved_count:,} rows of {move.source} are in {move.table_name}; count and"
        f" fingerprint are the same on both sides.{changed} {move.refused_count:,} were refused."
        f" {move.source} is as it was: drop it yourself when nothing writes to it any more.",
        {
            "source": move.source,
            "rows": move.moved_count,
            "refused": move.refused_count,
            "changed here since": proof["changed_here"],
            "rows compared": proof["rows"],
            "fingerprint": proof["fingerprint"],
            "rows a second": round(rate),
            "refusals": [{"reason": r, "rows": n} for r, n in refused.most_common()],
        },
    )


def undo(work: Work) -> Result:
    """The work of the operation `undo_migration`."""
    table = table_named(work.target)
    name = work.parameters.get("source", "")
    with holding(work, table.name):
        move = move_of(table, name)
        if move is None:
            raise Refused(f"Nothing of {name or 'such a table'} was moved into {table.name}.")
        taken, kept = take_back(work, table, shape_of(table), move)
    return Result(
        f"{taken:,} rows of {name} were taken back"
        f"{f'; {kept:,} were changed here or gone, and stay so' if kept else ''}."
        " The partitions that were made for them, and new terms, stay.",
        {"source": name, "rows": taken, "kept": kept},
    )
