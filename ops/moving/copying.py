"""Batches: rows that follow the watermark, and rows of the source that changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import DatabaseError, DataError, IntegrityError, transaction
from django.db.models import F
from psycopg import sql
from psycopg.errors import RaiseException

from ops.errors import reason_of
from ops.models import Move
from ops.moving import staging
from ops.moving.moves import Moving
from ops.moving.staging import count_of, run
from ops.work import Refused

WRITE = """
    WITH made AS (
        INSERT INTO {target} AS t (id, {columns})
        SELECT f.id, {values} FROM flat_rows AS f WHERE f.problem IS NULL ORDER BY f.id
        ON CONFLICT DO NOTHING
        RETURNING t.id, {hash} AS row_hash
    )
    INSERT INTO public.ops_moved_rows (move_id, target_id, row_hash)
    SELECT %(move)s, id, row_hash FROM made
"""
# Somebody wrote the same here while the batch was judged.
OVERTAKEN = """
    UPDATE flat_rows AS f SET problem = 'The same was written here at that moment.'
    WHERE f.problem IS NULL AND NOT EXISTS (
        SELECT FROM public.ops_moved_rows AS r WHERE r.move_id = %s AND r.target_id = f.id
    )
"""
DIFFERENT = """
    SELECT count(*) FROM flat_rows AS f
    LEFT JOIN public.ops_moved_rows AS r ON r.move_id = %s AND r.target_id = f.id
    WHERE f.problem IS NULL AND r.row_hash IS DISTINCT FROM {hash}
"""
REFUSE = """
    INSERT INTO public.ops_move_refusals (move_id, source_key, shown, reason)
    SELECT %(move)s, f.source_key, pg_catalog.left(COALESCE(f.{shown}::text, ''), %(length)s),
        f.problem
    FROM flat_rows AS f WHERE f.problem IS NOT NULL
    ON CONFLICT (move_id, source_key) DO UPDATE SET
        shown = EXCLUDED.shown, reason = EXCLUDED.reason
"""
TAKE_CHANGES = """
    WITH taken AS (
        DELETE FROM public.ops_move_changes WHERE id IN (
            SELECT id FROM public.ops_move_changes WHERE move_id = %(move)s ORDER BY id
            LIMIT %(limit)s
        ) RETURNING source_key, target_id
    )
    INSERT INTO pg_temp.flat_changes (source_key, target_id)
    SELECT source_key, target_id FROM taken
"""
# What the watermark has not reached yet, its batch will bring.
AHEAD = "DELETE FROM flat_changes WHERE source_key::{key_type} > %s::{key_type}"
TAKE_OUT = """
    WITH known AS (
        DELETE FROM public.ops_moved_rows AS r USING (
            SELECT DISTINCT target_id FROM flat_changes
        ) AS c
        WHERE r.move_id = %(move)s AND r.target_id = c.target_id
        RETURNING r.target_id, r.row_hash
    ), gone AS (
        DELETE FROM {target} AS t USING known AS k
        WHERE t.id = k.target_id AND {hash} = k.row_hash
        RETURNING t.id
    )
    SELECT (SELECT count(*) FROM known), (SELECT count(*) FROM gone)
"""
UNREFUSE = """
    DELETE FROM public.ops_move_refusals AS r USING (
        SELECT DISTINCT source_key FROM flat_changes
    ) AS c
    WHERE r.move_id = %s AND r.source_key = c.source_key
"""
CHANGED = "WHERE s.id IN (SELECT c.source_key::{key_type} FROM pg_temp.flat_changes AS c)"


def make_tables(moving: Moving) -> None:
    staging.make_staging(moving.shape)
    staging.make_seen(moving.table, moving.shape)
    run("DROP TABLE IF EXISTS pg_temp.flat_changes")
    run(
        "CREATE TEMPORARY TABLE flat_changes (source_key text, target_id uuid)"
        " ON COMMIT DELETE ROWS"
    )


def all_batches(moving: Moving, step: Callable[[Moving, int], int], note: str) -> int:
    """Until `step` (of so many rows at most) finds no more; how many there were.

    A batch that the database refuses is done again in smaller ones, down to the row that it is
    about: that one is refused in the database's own words.
    """
    total, size = 0, moving.batch
    while True:
        moving.report(note)
        try:
            with transaction.atomic():
                rows = step(moving, size)
        except (IntegrityError, DataError) as error:
            if size > 1:
                size = max(1, size // 10)
                continue
            with transaction.atomic():
                rows = step(replace(moving, problem=reason_of(error)), size)
        if not rows:
            return total
        total += rows
        size = min(moving.batch, size * 10)


# --- Steps, each in a transaction of the caller --------------------------------------------------
def copy_batch(moving: Moving, size: int) -> int:
    """The next rows, written and noted; 0 when there are none."""
    move, source = moving.move, moving.source
    values = {"after": move.watermark, "limit": size}
    rows = staging.stage(moving.shape, source, staging.after(source), values)
    if not rows:
        moving.save(copied_all=True)
        return 0
    watermark = staging.last_key(source)
    write_staged(moving)
    moving.save(watermark=watermark, read_count=move.read_count + rows)
    return rows


def catch_up_batch(moving: Moving, size: int) -> int:
    """Rows of the source that changed since they were copied; 0 when there are none."""
    move, source = moving.move, moving.source
    changes = count_of(TAKE_CHANGES, {"move": move.pk, "limit": size})
    if not changes:
        return 0
    key_type = sql.SQL(source.key_type)
    if not move.copied_all:
        run(sql.SQL(AHEAD).format(key_type=key_type), [move.watermark])
    run("ANALYZE pg_temp.flat_changes")
    run(staging.PLANNER)
    take_out(moving)
    refused = count_of(UNREFUSE, [move.pk])
    count(moving, refused_count=-refused)
    staging.stage(moving.shape, source, sql.SQL(CHANGED).format(key_type=key_type), None)
    write_staged(moving)
    return changes


def take_out(moving: Moving) -> None:
    """What changed goes, unless it was changed here as well; what comes instead is written next."""
    statement = sql.SQL(TAKE_OUT).format(
        target=staging.target_of(moving.table), hash=staging.hash_of_target(moving.shape, "t")
    )
    [(known, gone)] = run(statement, {"move": moving.move.pk})
    count(moving, moved_count=-known, kept_count=known - gone)


def write_staged(moving: Moving) -> None:
    """Judge the staged rows, write those that can come, and compare what the table then holds."""
    move, shape = moving.move, moving.shape
    staging.judge(moving.table, shape, writes=True)
    if moving.problem:
        run("UPDATE flat_rows SET problem = %s WHERE problem IS NULL", [moving.problem])
    make_partitions(moving)
    staging.call(shape.prepare)
    written = count_of(
        sql.SQL(WRITE).format(
            target=staging.target_of(moving.table),
            columns=sql.SQL(", ").join(map(sql.Identifier, shape.becomes)),
            values=sql.SQL(", ").join(map(sql.SQL, shape.becomes.values())),
            hash=staging.hash_of_target(shape, "t"),
        ),
        {"move": move.pk},
    )
    run(OVERTAKEN, [move.pk])
    different = sql.SQL(DIFFERENT).format(hash=staging.hash_of_flat(shape))
    if run(different, [move.pk])[0][0]:
        raise Refused(f"Rows of {move.source} stand here otherwise than there: nothing was kept.")
    refused = count_of(
        sql.SQL(REFUSE).format(shown=sql.Identifier(shape.shown)),
        {"move": move.pk, "length": staging.SHOWN},
    )
    count(moving, moved_count=written, refused_count=refused)


def count(moving: Moving, **changes: int) -> None:
    changes = {name: change for name, change in changes.items() if change}
    if changes:
        values: dict[str, Any] = {name: F(name) + change for name, change in changes.items()}
        Move.objects.filter(pk=moving.move.pk).update(**values)


def make_partitions(moving: Moving) -> None:
    """Those that the staged rows need; rows whose partition is in the archive cannot come."""
    table = moving.table
    for day, _ in staging.months(table):
        if day in moving.there:
            continue
        if run("SELECT public.get_partition_for_date(%s, %s)", [table.name, day])[0][0]:
            moving.there.add(day)
            continue
        try:
            with transaction.atomic():
                values = [table.name, table.period, day]
                run("SELECT public.create_partition(%s::regclass, %s, %s)", values)
        except DatabaseError as error:
            if not isinstance(error.__cause__, RaiseException):
                raise
            run(
                "UPDATE flat_rows SET problem = %s WHERE problem IS NULL"
                " AND pg_catalog.date_trunc(%s, created_at, 'UTC')::date = %s",
                [reason_of(error), table.period, day],
            )
