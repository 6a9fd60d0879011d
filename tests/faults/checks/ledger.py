"""Every run ended once, every schedule made one of each moment, and no try had company."""

from __future__ import annotations

from tests.faults.book import Book
from tests.faults.checks import Found, few, rows
from tests.faults.house import House

# Runs that SQL functions write are never pending.
ENDED_OTHERWISE = """
    SELECT r.operation || ' ' || r.target || ': ' || r.status || ', ended '
        || count(*) FILTER (WHERE e.status IN ('completed', 'failed', 'cancelled')) || ' times, '
        || count(*) FILTER (WHERE e.status = 'processing' AND NOT e.cancelling) || ' tries of '
        || r.attempts
    FROM public.ops_run AS r JOIN public.ops_run_events AS e ON e.run_id = r.id
    GROUP BY r.id
    HAVING count(*) FILTER (WHERE e.status = 'pending') > 0 AND (
        count(*) FILTER (WHERE e.status IN ('completed', 'failed', 'cancelled')) <> 1
        OR count(DISTINCT e.attempts) FILTER (WHERE e.status = 'processing') <> r.attempts
        OR r.rank > 0 OR r.status = 'failed' AND r.error = ''
    )
"""
TICKS = """
    SELECT schedule || ' made ' || runs || ' runs in ' || ticks || ' ticks'
    FROM (
        SELECT r.schedule, count(*) AS runs, (
            SELECT count(*) FROM public.ops_schedule_ticks AS t
            WHERE t.schedule_id = r.schedule AND t.outcome = 'started'
        ) AS ticks
        FROM public.ops_run AS r WHERE r.schedule <> '' GROUP BY 1
    ) AS found
    WHERE runs <> ticks
"""


def runs_ended_once(house: House, book: Book) -> Found:
    stored = {key for (key,) in rows("SELECT id FROM public.ops_run")}
    lost = [f"lost: {name} {key}" for key, name in book.runs.items() if key not in stored]
    other = [text for (text,) in rows(ENDED_OTHERWISE)]
    by = dict(rows("SELECT status, count(*) FROM public.ops_run GROUP BY 1 ORDER BY 1"))
    [(again,)] = rows("SELECT count(*) FROM public.ops_run WHERE attempts > 1")
    states = ", ".join(f"{count:,} {status}" for status, count in by.items())
    figure = f"{len(book.runs):,} ordered, {len(stored):,} in the ledger: {states};"
    return Found("Runs", f"{figure} {again:,} took several tries", few(lost + other))


def schedules_made_one_run_each(house: House, book: Book) -> Found:
    [(ticks,)] = rows("SELECT count(*) FROM public.ops_schedule_ticks")
    wrong = [text for (text,) in rows(TICKS)]
    return Found("Schedules, with two tickers", f"{ticks:,} ticks, a run each at most", few(wrong))


# Each try's steps stand together: no other's are among them.
TURNS = """
    WITH followed AS (
        SELECT target, run_id, attempt, (run_id, attempt) IS DISTINCT FROM
            lag((run_id, attempt)) OVER (PARTITION BY target ORDER BY id) AS is_new
        FROM public.fault_steps
    )
    SELECT target || ': try ' || attempt || ' of ' || run_id || ' was not alone'
    FROM followed GROUP BY target, run_id, attempt HAVING count(*) FILTER (WHERE is_new) > 1
"""
UNFINISHED = """
    SELECT r.id || ' is completed with ' || count(s.step) || ' steps'
    FROM public.ops_run AS r
    LEFT JOIN public.fault_steps AS s ON s.run_id = r.id AND s.attempt = r.attempts
    WHERE r.operation = 'fault_walk' AND r.status = 'completed'
    GROUP BY r.id HAVING count(DISTINCT s.step) <> 2 * (r.parameters ->> 'steps')::integer
        OR count(*) <> 2 * (r.parameters ->> 'steps')::integer
"""


def one_try_at_a_time(house: House, book: Book) -> Found:
    wrong = [text for (text,) in (*rows(TURNS), *rows(UNFINISHED))]
    [(steps, tries)] = rows(
        "SELECT count(*), count(DISTINCT (run_id, attempt)) FROM public.fault_steps"
    )
    return Found("Tries", f"{steps:,} steps of {tries:,} tries, none beside another", few(wrong))


LEDGER = (runs_ended_once, schedules_made_one_run_each, one_try_at_a_time)
