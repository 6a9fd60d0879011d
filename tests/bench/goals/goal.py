"""A goal with a number, and what was measured for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """In the unit of its goal; queries, rows read and buffers (of 8 kB) of one call, on average,
    where they can be counted. `calls` 0: not even one ended in the time that it was given."""

    median: float
    p95: float
    calls: int = 1
    queries: float | None = None
    rows: float | None = None
    buffers: float | None = None


type Source = Callable[[], Figure]


@dataclass(frozen=True)
class Beside:
    """Another way to the same answer, or the least that any way takes, measured in the same run."""

    title: str
    source: Source


@dataclass(frozen=True)
class Goal:
    """`number`: what the 95th of a hundred calls stays under, or with `at_least` what is reached;
    without one the figure is there to be looked at. Units: ms, s, /s, x, MB, rows.

    `size`: how the goal names the full size; smaller loads are held to the same number.
    """

    name: str
    issue: int
    number: float | None
    source: Source
    unit: str = "ms"
    at_least: bool = False
    queries: int | None = None
    peer: Beside | None = None
    limit: Beside | None = None

    def falls_short(self, found: Figure) -> bool:
        if self.queries is not None and (found.queries or 0) > self.queries:
            return True
        if self.number is None:
            return False
        return found.p95 < self.number if self.at_least else found.p95 > self.number
