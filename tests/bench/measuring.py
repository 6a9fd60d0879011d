"""How long calls take, and what they read: on the server's clock, on ours, or in all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import ceil
from statistics import mean, median
from time import perf_counter
from typing import Any

from django.db import OperationalError, connection, transaction

from tests.bench.goals.goal import Figure

CALLS = 50
# How many calls are repeated to count what they read.
COUNTED = 3
# Seconds that the other side may take for all its calls, and for one.
PATIENCE, LONGEST = 6.0, 15

type Statement = tuple[Any, Any]
type Call = Callable[[], object]

ASKS = re.compile(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
# What scans gave of tables and of indexes in this transaction, within functions, too.
READ = """
    SELECT sum(pg_stat_get_xact_tuples_returned(oid)) FROM pg_class
    WHERE relkind IN ('r', 'i', 'm')
        AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)
"""
BLOCKS = (
    "Shared Hit Blocks",
    "Shared Read Blocks",
    "Local Hit Blocks",
    "Local Read Blocks",
    "Temp Read Blocks",
)


def ask(query: Any, values: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall() if cursor.description else []


def value(query: Any, *values: Any) -> Any:
    return ask(query, values or None)[0][0]


def figure_of(times: Iterable[float], **counted: float | None) -> Figure:
    ordered = sorted(times)
    nearest = ceil(0.95 * len(ordered)) - 1
    return Figure(median(ordered), ordered[nearest], len(ordered), **counted)


def one(number: float, **counted: float | None) -> Figure:
    return Figure(number, number, **counted)


def several[Made](make: Callable[[int], Made]) -> list[Made]:
    """Different calls, from the nth of each."""
    return [make(n) for n in range(CALLS)]


NOT_ENDED = Figure(1000.0 * LONGEST, 1000.0 * LONGEST, calls=0)


# --- On the server's clock -----------------------------------------------------------------------
@dataclass(frozen=True)
class Explained:
    """Milliseconds of planning and execution."""

    time: float
    buffers: int


def explained(statement: Statement) -> Explained:
    query, values = statement
    [(plan,)] = ask(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {query}", values)
    found = plan[0]
    return Explained(
        float(found["Planning Time"] + found["Execution Time"]),
        sum(found["Plan"].get(kind, 0) for kind in BLOCKS),
    )


def statements_of(call: Call) -> list[Statement]:
    """What it asks the database, which it does."""
    found: list[Statement] = []

    def note(execute: Any, query: Any, values: Any, many: bool, context: Any) -> Any:
        # A composed one as text, which can be explained.
        found.append((query if isinstance(query, str) else query.as_string(), values))
        return execute(query, values, many, context)

    with connection.execute_wrapper(note):
        call()
    return [(query, values) for query, values in found if ASKS.match(query)]


def on_server(calls: Sequence[Call]) -> Figure:
    """Of each call the queries that it makes: once as they are, which warms up, then explained."""
    asked = [statements_of(call) for call in calls]
    spent = [[explained(each) for each in statements] for statements in asked]
    return figure_of(
        (sum(each.time for each in call) for call in spent),
        queries=mean(map(len, asked)),
        rows=rows_read(asked[:COUNTED]),
        buffers=mean(sum(each.buffers for each in call) for call in spent),
    )


def rows_read(asked: Sequence[Sequence[Statement]]) -> float:
    """By one call, on average; what parallel workers read would not be counted."""
    with taken_back():
        ask("SET LOCAL max_parallel_workers_per_gather = 0")
        before = value(READ)
        for statements in asked:
            for query, values in statements:
                ask(query, values)
        return float(value(READ) - before) / len(asked)


@contextmanager
def taken_back() -> Iterator[None]:
    """Leaves nothing of what is written."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def limited(most: int) -> Iterator[None]:
    """In a transaction that ends without what it wrote, or because it took more seconds."""
    with suppress(OperationalError), taken_back():
        ask(f"SET LOCAL statement_timeout = '{most}s'")
        yield


def with_patience[Way](ways: Sequence[Way], take: Callable[[Way], float]) -> list[float]:
    """After one that warms up, as many as there is time for: the other side may be slow."""
    spent: list[float] = []
    with limited(LONGEST):
        take(ways[0])
        began = perf_counter()
        for way in ways:
            spent.append(take(way))
            if perf_counter() - began > PATIENCE:
                break
    return spent


def other_on_server(statements: Sequence[Statement]) -> Figure:
    spent = with_patience(statements, lambda each: explained(each).time)
    return figure_of(spent) if spent else NOT_ENDED


def other_on_clock(calls: Sequence[Call]) -> Figure:
    spent = with_patience(calls, milliseconds)
    return figure_of(spent) if spent else NOT_ENDED


# --- On the clock --------------------------------------------------------------------------------
def milliseconds(call: Call) -> float:
    began = perf_counter()
    call()
    return 1_000 * (perf_counter() - began)


def seconds(step: Call) -> float:
    return milliseconds(step) / 1_000


def on_clock(calls: Sequence[Call], *, are_alike: bool = False) -> Figure:
    """As a person waits: queries and Python, of calls that were made once before."""
    asked = [statements_of(call) for call in (calls[:COUNTED] if are_alike else calls)]
    times = [milliseconds(call) for call in calls]
    few = asked[:COUNTED]
    with taken_back():
        buffers = [sum(explained(each).buffers for each in statements) for statements in few]
    return figure_of(
        times, queries=mean(map(len, asked)), rows=rows_read(few), buffers=mean(buffers)
    )
