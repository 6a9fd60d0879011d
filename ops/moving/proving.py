"""That every row of the source is here, as it is there; and the end of a move."""

from __future__ import annotations

from typing import Any

from django.db import DataError, IntegrityError, OperationalError, transaction
from psycopg import sql
from psycopg.errors import DeadlockDetected, LockNotAvailable

from ops.archive.catalog import Fingerprint
from ops.models.move import MoveState
from ops.moving import staging
from ops.moving.copying import all_batches, catch_up_batch
from ops.moving.moves import LOCK_ATTEMPTS, LOCK_TIMEOUT, Moving, drop_triggers
from ops.moving.staging import run
from ops.work import Refused

# So many changes come, and as many refused rows are judged again, while the source waits for it.
LAST = 1_000
# What changed since the last batch, in this snapshot, is neither here nor there.
SOURCE = """
    SELECT count(*), COALESCE(sum({hash}::numeric), 0)::text
    FROM ({rows}) AS f
    WHERE NOT EXISTS (
        SELECT FROM public.ops_move_refusals AS r
        WHERE r.move_id = %(move)s AND r.source_key = f.source_key
    ) AND NOT EXISTS (
        SELECT FROM public.ops_move_changes AS c
        WHERE c.move_id = %(move)s AND c.source_key = f.source_key
    )
"""
BROUGHT = """
    SELECT count(*), COALESCE(sum(r.row_hash::numeric), 0)::text,
        count(*) FILTER (WHERE t.id IS NULL OR {hash} <> r.row_hash)
    FROM public.ops_moved_rows AS r
    LEFT JOIN {target} AS t ON t.id = r.target_id
    WHERE r.move_id = %(move)s AND NOT EXISTS (
        SELECT FROM public.ops_move_changes AS c
        WHERE c.move_id = %(move)s AND c.target_id = r.target_id
    )
"""
DIFFERENCES = """
    INSERT INTO public.ops_move_changes (move_id, source_key, target_id)
    SELECT %(move)s, f.source_key, COALESCE(r.target_id, f.id)
    FROM ({rows}) AS f
    FULL JOIN (
        SELECT target_id, row_hash FROM public.ops_moved_rows WHERE move_id = %(move)s
    ) AS r ON r.target_id = f.id
    WHERE CASE WHEN r.target_id IS NULL OR f.source_key IS NULL THEN true
        ELSE r.row_hash <> {hash} END
"""
JUDGED_AGAIN = """
    INSERT INTO public.ops_move_changes (move_id, source_key)
    SELECT move_id, source_key FROM public.ops_move_refusals WHERE move_id = %s
"""
PENDING = "SELECT count(*) FROM public.ops_move_changes WHERE move_id = %s"


def finish(moving: Moving) -> dict[str, Any]:
    """The last changes, the proof, and the end of the watch. Raises Refused."""
    move = moving.move
    judged, compared = False, 0
    while True:
        changes = all_batches(moving, catch_up_batch, "Catching up")
        if move.has_gap:
            compare(moving)
            compared += 1
            continue
        if changes and not judged:
            judge_again(moving)
            judged = True
            continue
        moving.report("Comparing count and fingerprint")
        found, proof = prove(moving)
        if not found and compared > 1:
            raise Refused(
                f"{move.source} and what came of it differ: {proof}. Nothing was dropped; start it"
                " again, and compare by hand if it stays."
            )
        if found:
            break
        moving.save(has_gap=True)
    while not close(moving, proof):
        all_batches(moving, catch_up_batch, "Catching up")
    return proof


def compare(moving: Moving) -> None:
    """What differs is to be brought up to date, as if it had been noted."""
    moving.report("Looking for what changed since it stopped")
    statement = sql.SQL(DIFFERENCES).format(
        rows=staging.normalized(moving.shape, moving.source),
        hash=staging.hash_of_flat(moving.shape),
    )
    with transaction.atomic():
        run(statement, {"move": moving.move.pk})
        moving.save(has_gap=False)


def judge_again(moving: Moving) -> None:
    """What was refused as a copy may be the only one left."""
    run(JUDGED_AGAIN, [moving.move.pk])


def refusals_of(moving: Moving) -> int:
    moving.move.refresh_from_db()
    return moving.move.refused_count


def prove(moving: Moving) -> tuple[bool, dict[str, Any]]:
    """Whether both sides have the same rows, in one snapshot; and the figures."""
    values = {"move": moving.move.pk}
    with transaction.atomic():
        run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        there = Fingerprint(
            *run(
                sql.SQL(SOURCE).format(
                    rows=staging.normalized(moving.shape, moving.source),
                    hash=staging.hash_of_flat(moving.shape),
                ),
                values,
            )[0]
        )
        [(rows, total, changed)] = run(
            sql.SQL(BROUGHT).format(
                target=staging.target_of(moving.table),
                hash=staging.hash_of_target(moving.shape, "t"),
            ),
            values,
        )
    here = Fingerprint(rows, total)
    return here == there, {
        "rows": there.rows,
        "fingerprint": there.total,
        "rows_here": here.rows,
        "fingerprint_here": here.total,
        "changed_here": changed,
    }


def close(moving: Moving, proof: dict[str, Any]) -> bool:
    """Under a lock of a moment, the last changes come and the triggers go; False: try again."""
    move = moving.move
    for _ in range(LOCK_ATTEMPTS):
        try:
            with transaction.atomic():
                run(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                run(
                    sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(
                        sql.Identifier(moving.source.schema, moving.source.table)
                    )
                )
                pending = run(PENDING, [move.pk])[0][0]
                if pending > LAST:
                    return False
                if pending and refusals_of(moving) <= LAST:
                    judge_again(moving)
                catch_up_batch(moving, 2 * LAST)
                drop_triggers(move.source)
                moving.save(state=MoveState.MOVED, proof=proof)
            return True
        except (IntegrityError, DataError):
            # all_batches() finds the row that it is about.
            return False
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
                raise
            moving.report(f"Waiting for {move.source}")
    raise Refused(
        f"Other transactions hold {move.source}: no lock in {LOCK_ATTEMPTS} attempts. All its rows"
        " are over; start it again for the last changes when they are done."
    )
