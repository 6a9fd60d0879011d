"""What a bench found, beside its goal; how busy the machine was stands in the heading."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

WARM = 10


def milliseconds(call: Callable[[], Any]) -> float:
    started = perf_counter()
    call()
    return 1_000 * (perf_counter() - started)


@dataclass(frozen=True)
class Spread:
    """Milliseconds."""

    median: float
    p95: float

    def __str__(self) -> str:
        return f"{self.median:.1f} ms, p95 {self.p95:.1f} ms"


def spread(calls: Iterator[Callable[[], Any]], count: int) -> Spread:
    """Of `count` calls, after some that warm up."""
    for _ in range(WARM):
        next(calls)()
    return spread_of(milliseconds(next(calls)) for _ in range(count))


def spread_of(times: Iterable[float]) -> Spread:
    ordered = sorted(times)
    return Spread(median(ordered), ordered[len(ordered) * 95 // 100])


def tell(title: str, *rows: tuple[str, object, str]) -> None:
    """(what, figure, goal) each."""
    load = os.getloadavg()[0]
    print(f"\n{title} (load {load:.1f} on {os.cpu_count()} processors)")
    for what, figure, goal in rows:
        print(f"    {what:<36} {figure!s:<34} {goal and 'goal ' + goal}")
