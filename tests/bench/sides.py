"""The same question to our tables and to the seed's, side by side, on the server's own clock."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from django.db import OperationalError, connection, transaction

from tests.bench.figures import Spread, spread_of

CALLS = 50
# What the other side may take in all for one line of the table, and for one call, in seconds.
PATIENCE, LIMIT = 10.0, 20

type Call = tuple[str, Any]


def ask(query: str, values: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall() if cursor.description else []


def server_time(call: Call) -> float:
    """Milliseconds of planning and execution."""
    query, values = call
    [(plan,)] = ask(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {query}", values)
    return float(plan[0]["Planning Time"] + plan[0]["Execution Time"])


def processor_time() -> float:
    """Milliseconds that this connection's backend has worked; 0 if it is on another machine."""
    [(pid,)] = ask("SELECT pg_backend_pid()")
    spent = Path(f"/proc/{pid}/schedstat")
    return int(spent.read_text().split()[0]) / 1e6 if spent.exists() else 0.0


@dataclass(frozen=True)
class Taken:
    """`processor`: milliseconds a call, on average."""

    spread: Spread
    processor: float
    calls: int

    def __str__(self) -> str:
        return f"{self.spread.median:,.2f} / {self.spread.p95:,.2f} / {self.processor:,.2f}"


def taken(calls: Sequence[Call], *, patience: float | None = None) -> Taken | None:
    """Each call once to warm up, then once. With patience: as many as there is time for, or None
    if not even one ends."""
    for call in calls if patience is None else ():
        server_time(call)
    began, before, times = perf_counter(), processor_time(), []
    for call in calls:
        if patience and times and perf_counter() - began > patience:
            break
        try:
            with transaction.atomic():
                times.append(server_time(call))
        except OperationalError:
            if patience is None:
                raise
            break
    if not times:
        return None
    return Taken(spread_of(times), (processor_time() - before) / len(times), len(times))


@dataclass
class Table:
    """Prints a line at once, so that a run that is broken off has told what it knew."""

    title: str
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        load = os.getloadavg()[0]
        print(f"\n{self.title} (load {load:.1f} on {os.cpu_count()} processors)")

    def tell(self, what: str, goal: str, ours: object, seed: object = "", ratio: str = "") -> None:
        print(f"    {what:<34} {goal:<12} {ours!s:<28} {seed!s:<34} {ratio}", flush=True)

    def compare(self, what: str, goal: float, ours: Sequence[Call], seed: Sequence[Call]) -> None:
        """`goal` in milliseconds, at p95; no other side, no ratio."""
        own = taken(ours)
        assert own is not None
        mark = "" if own.spread.p95 < goal else " !"
        if not seed:
            self.tell(what, f"{goal:g} ms", f"{own}{mark}")
            return
        with limited(LIMIT):
            other = taken(seed, patience=PATIENCE)
        if other is None:
            ratio = f"> {1000 * LIMIT / own.spread.median:,.0f}"
            self.tell(what, f"{goal:g} ms", f"{own}{mark}", f"more than {LIMIT} s", ratio)
            return
        count = "" if other.calls == len(seed) else f" ({other.calls} calls)"
        ratio = f"{other.spread.median / own.spread.median:,.1f}"
        self.tell(what, f"{goal:g} ms", f"{own}{mark}", f"{other}{count}", ratio)


class limited:
    """Statements end after so many seconds."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds

    def __enter__(self) -> None:
        ask(f"SET statement_timeout = '{self.seconds}s'")

    def __exit__(self, *_: object) -> None:
        ask("RESET statement_timeout")


def seconds(step: Callable[[], Any]) -> tuple[float, float]:
    """On the clock, and of this connection's processor."""
    began, before = perf_counter(), processor_time()
    step()
    return perf_counter() - began, (processor_time() - before) / 1000
