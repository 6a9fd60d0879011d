"""The ledger of a move, and the triggers that watch its source."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models.functions import Now
from django.db.utils import OperationalError
from psycopg import sql
from psycopg.errors import LockNotAvailable

from ops.models import Move
from ops.models.move import MoveState
from ops.moving.sources import Source
from ops.moving.staging import run
from ops.registry import FlatShape, PartitionedTable
from ops.work import Refused, Work

LOCK_TIMEOUT = "3s"
LOCK_ATTEMPTS = 20
EVENTS = {"insert": "NEW", "update": "NEW", "delete": "OLD"}
WATCHES = """
    SELECT g.tgname, n.nspname, c.relname
    FROM pg_catalog.pg_trigger AS g
    JOIN pg_catalog.pg_class AS c ON c.oid = g.tgrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname || '.' || c.relname = %s
        AND g.tgname LIKE 'steward\\_move\\_%%' AND NOT g.tgisinternal
"""


@dataclass
class Moving:
    """One try of a run, and what it works on."""

    work: Work
    table: PartitionedTable
    shape: FlatShape
    source: Source
    move: Move
    batch: int
    # Why the one row of this step is refused, when the database said so.
    problem: str = ""
    # The first days of the partitions that are known to be there.
    there: set[date] = field(default_factory=set)

    def report(self, note: str) -> None:
        """Raises Cancelled."""
        done = self.move.read_count
        self.work.progress(done, self.source.total(done), note)

    def save(self, **values: object) -> None:
        for name, value in values.items():
            setattr(self.move, name, value)
        Move.objects.filter(pk=self.move.pk).update(**values, changed_at=Now())


def move_of(table: PartitionedTable, source: str) -> Move | None:
    """The one that was not taken back."""
    known = Move.objects.filter(table_name=table.name, source=source)
    return known.exclude(state=MoveState.UNDONE).first()


def open_move(table: PartitionedTable, source: Source) -> Move:
    """Going on where an earlier run of it stopped, or a new one. Raises Refused."""
    move = move_of(table, source.name)
    if move is None:
        return Move.objects.create(table_name=table.name, source=source.name)
    if move.state == MoveState.UNDOING:
        raise Refused(f"{move.source} is being taken back: let that end first.")
    return move


# --- The watch -----------------------------------------------------------------------------------
def watch(moving: Moving) -> None:
    """From here on every change of the source is noted; what was written before is committed."""
    source, move = moving.source, moving.move
    if is_watched(source.name):
        return
    # What was written since an earlier run of this move, nobody noted.
    has_gap = move.watermark is not None or move.copied_all
    for attempt in range(LOCK_ATTEMPTS):
        moving.report(f"Waiting for {source.name}" if attempt else "Begins")
        try:
            with transaction.atomic():
                run(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                add_triggers(source, move)
                moving.save(state=MoveState.COPYING, has_gap=has_gap or move.has_gap, proof=None)
            return
        except OperationalError as error:
            refuse_unless_locked(error)
    raise Refused(
        f"Other transactions hold {source.name}: no lock in {LOCK_ATTEMPTS} attempts. Start it"
        " again when they are done; nothing is lost."
    )


def is_watched(source_name: str) -> bool:
    return bool(run(WATCHES, [source_name]))


def refuse_unless_locked(error: OperationalError) -> None:
    if not isinstance(error.__cause__, LockNotAvailable):
        raise error


def add_triggers(source: Source, move: Move) -> None:
    on = sql.Identifier(source.schema, source.table)
    name = sql.Literal(source.name)
    for event in EVENTS:
        # Of an update both: the key or the date may be another one now.
        for kind in ("OLD", "NEW") if event == "update" else (EVENTS[event],):
            run(
                sql.SQL(
                    "CREATE TRIGGER {name} AFTER {event} ON {on}"
                    " REFERENCING {kind} TABLE AS changed FOR EACH STATEMENT"
                    " EXECUTE FUNCTION public.note_source_changes({move}, {source})"
                ).format(
                    name=sql.Identifier(f"steward_move_{event}_{kind.lower()}"),
                    event=sql.SQL(event.upper()),
                    on=on,
                    kind=sql.SQL(kind),
                    move=sql.Literal(str(move.pk)),
                    source=name,
                )
            )
    run(
        sql.SQL(
            "CREATE TRIGGER steward_move_truncate BEFORE TRUNCATE ON {on}"
            " FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate_of_source({source})"
        ).format(on=on, source=name)
    )


def drop_triggers(source_name: str) -> None:
    """In the caller's transaction; takes the source for a moment."""
    for name, schema, table in run(WATCHES, [source_name]):
        run(
            sql.SQL("DROP TRIGGER {} ON {}").format(
                sql.Identifier(name), sql.Identifier(schema, table)
            )
        )


def stop_watching(moving: Moving) -> None:
    """The source is as it was before the move; what it gets from now on is found by comparing."""
    for _ in range(LOCK_ATTEMPTS):
        try:
            with transaction.atomic():
                run(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                drop_triggers(moving.source.name)
                run("DELETE FROM public.ops_move_changes WHERE move_id = %s", [moving.move.pk])
                moving.save(has_gap=True)
            return
        except OperationalError as error:
            refuse_unless_locked(error)
