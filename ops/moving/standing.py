"""Where the moves into a table stand, for screens; and what may be ordered."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count

from ops import audit
from ops.durations import in_words
from ops.models import Move, MoveRefusal, Run
from ops.models.move import MoveState
from ops.models.run import Status
from ops.moving.sources import Source, sources_of
from ops.registry import PartitionedTable
from ops.runs import active_run, enqueue
from ops.spreadsheets import neutralise
from ops.work import Refused

LOOK, MOVE, UNDO = "look_at_flat_table", "migrate_to_partitioned_table", "undo_migration"
OPERATIONS = (LOOK, MOVE, UNDO)
# The word in the address → the operation.
ORDERS = {"dry-run": LOOK, "start": MOVE, "undo": UNDO}
SHOWN = 20


@dataclass(frozen=True)
class Standing:
    """A flat table, or one that was, and its move."""

    name: str
    source: Source | None
    move: Move | None

    @property
    def may_look(self) -> bool:
        return bool(self.source and self.source.fits)

    @property
    def may_start(self) -> bool:
        return self.may_look and (self.move is None or self.move.state != MoveState.UNDOING)

    @property
    def may_undo(self) -> bool:
        return self.move is not None

    @property
    def start(self) -> str:
        """On its button."""
        if self.move is None:
            return "Start the move"
        if self.move.state == MoveState.MOVED:
            return "Bring later changes"
        return "Go on with the move"


def standings(table: PartitionedTable) -> list[Standing]:
    """Tables that may come, and those that went."""
    moves = {
        move.source: move
        for move in Move.objects.filter(table_name=table.name).exclude(state=MoveState.UNDONE)
    }
    sources = {source.name: source for source in sources_of(table)}
    return [
        Standing(name, sources.get(name), moves.get(name))
        for name in sorted(sources.keys() | moves.keys())
    ]


def dry_run_of(table: PartitionedTable, found: Standing) -> dict[str, Any] | None:
    """When and what the last one found, for display; None where a move went on since."""
    run = (
        Run.objects.filter(
            operation=LOOK,
            target=table.name,
            parameters__source=found.name,
            status=Status.COMPLETED,
        )
        .order_by("-id")
        .first()
    )
    if run is None or (found.move and found.move.changed_at > run.created_at):
        return None
    figures = run.figures
    return {
        "at": run.finished_at,
        "rows": figures["rows"],
        "over": figures["over already"],
        "come": figures["would come"],
        "refused": figures["would be refused"],
        "takes": in_words(timedelta(seconds=figures["seconds, about"])),
        "bytes": figures["bytes, about"],
        "reasons": figures["reasons"],
        "partitions": figures["partitions"],
    }


def questions(
    table: PartitionedTable, found: Standing, dry_run: dict[str, Any] | None
) -> dict[str, str]:
    """What is said before a start, and before taking back."""
    much = (
        f"{dry_run['come']:,} rows come, in about {dry_run['takes']}."
        if dry_run
        else "There was no dry run yet."
    )
    moved = found.move.moved_count if found.move else 0
    return {
        "start_text": f"{much} Readers and writers of both tables go on. {found.name} stays as it"
        " is, and what came can be taken back.",
        "undo_text": f"{moved:,} rows are deleted from {table.name}, but for those that were"
        f" changed here since. {found.name} stays as it is.",
    }


def refused_of(move: Move) -> dict[str, Any]:
    """Counts by reason, and the first rows."""
    rows = MoveRefusal.objects.filter(move_id=move.pk)
    return {
        "reasons": list(
            rows.values("reason").annotate(rows=Count("source_key")).order_by("-rows", "reason")
        ),
        "first": list(rows.order_by("source_key")[:SHOWN]),
    }


def order(*, table: PartitionedTable, name: str, source: str, user: Any) -> tuple[Run, bool]:
    """The run, and whether it is a new one. Raises Refused."""
    found = next((each for each in standings(table) if each.name == source), None)
    if found is None:
        raise Refused(f"There is no flat table {source}.")
    for operation in OPERATIONS:
        if run := active_run(operation=operation, target=table.name):
            return run, False
    allowed = {"dry-run": found.may_look, "start": found.may_start, "undo": found.may_undo}
    if not allowed[name]:
        obstacles = " ".join(found.source.obstacles) if found.source else "It is gone."
        raise Refused(f"As {source} stands, this cannot be done. {obstacles}")
    return enqueue(
        operation=ORDERS[name], target=table.name, parameters={"source": source}, user=user
    )


@transaction.atomic
def refused_as_csv(*, move: Move, user: Any) -> Iterator[str]:
    """Recorded first; then line after line, with the mark by which spreadsheets know UTF-8."""
    rows = MoveRefusal.objects.filter(move_id=move.pk).order_by("source_key")
    audit.record(
        action="export",
        entity_type="partition",
        entity_id=move.table_name,
        details={"label": f"refused rows of {move.source}", "count": move.refused_count},
        actor=user,
    )
    return lines_of(rows)


def lines_of(rows: Any) -> Iterator[str]:
    yield "\ufeff" + line("id", "text", "reason")
    for row in rows.iterator(1_000):
        yield line(row.source_key, row.shown, row.reason)


def line(*cells: str) -> str:
    file = io.StringIO()
    csv.writer(file).writerow([neutralise(cell) for cell in cells])
    return file.getvalue()
