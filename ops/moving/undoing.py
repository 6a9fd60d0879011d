"""What a move brought is taken out again, but for what was changed since."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from psycopg import sql

from ops.models import Move
from ops.models.move import MoveState
from ops.moving import staging
from ops.moving.moves import LOCK_TIMEOUT, drop_triggers
from ops.moving.staging import run
from ops.registry import FlatShape, PartitionedTable
from ops.work import Work

BATCH = 10_000
TAKE_BACK = """
    WITH picked AS (
        SELECT target_id, row_hash FROM public.ops_moved_rows WHERE move_id = %(move)s
        ORDER BY target_id LIMIT %(limit)s
    ), gone AS (
        DELETE FROM {target} AS t USING picked
        WHERE t.id = picked.target_id AND {hash} = picked.row_hash
        RETURNING t.id
    ), forgotten AS (
        DELETE FROM public.ops_moved_rows AS r USING picked
        WHERE r.move_id = %(move)s AND r.target_id = picked.target_id
    )
    SELECT (SELECT count(*) FROM picked), (SELECT count(*) FROM gone)
"""


def take_back(work: Work, table: PartitionedTable, shape: FlatShape, move: Move) -> tuple[int, int]:
    """Batch by batch; (taken out, left as changed or gone since), of all tries together."""
    begin(move)
    total = move.moved_count
    statement = sql.SQL(TAKE_BACK).format(
        target=staging.target_of(table), hash=staging.hash_of_target(shape, "t")
    )
    while True:
        work.progress(total - move.moved_count, total, "Taking back")
        with transaction.atomic():
            run(staging.PLANNER)
            [(rows, gone)] = run(statement, {"move": move.pk, "limit": BATCH})
            Move.objects.filter(pk=move.pk).update(
                moved_count=F("moved_count") - rows, kept_count=F("kept_count") + rows - gone
            )
        move.refresh_from_db()
        if not rows:
            break
    with transaction.atomic():
        run("DELETE FROM public.ops_move_refusals WHERE move_id = %s", [move.pk])
        Move.objects.filter(pk=move.pk).update(state=MoveState.UNDONE, changed_at=Now())
    return total, move.kept_count


def begin(move: Move) -> None:
    with transaction.atomic():
        run(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        drop_triggers(move.source)
        run("DELETE FROM public.ops_move_changes WHERE move_id = %s", [move.pk])
        Move.objects.filter(pk=move.pk).update(state=MoveState.UNDOING, changed_at=Now())
