"""Figures as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """`text` is its figure in words."""

    x: int
    y: int
    width: int
    height: int
    text: str


@dataclass(frozen=True)
class Bars:
    """A chart in whole units, so that no locale writes them otherwise."""

    width: int
    height: int
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Chart:
    """`scale` says what its bars mean, `summary` the figure of the whole period, `address` leads to
    what it counts."""

    title: str
    scale: str
    summary: str
    bars: Bars
    address: str = ""


def bars_of(
    figures: Sequence[tuple[float, str]], *, step: int = 9, height: int = 48, floor: float = 0.0
) -> Bars:
    """A bar for each value and its words, as high as it is above `floor`; `step` is a bar with the
    gap after it."""
    span = max((value for value, _ in figures), default=floor) - floor
    bars = []
    for number, (value, text) in enumerate(figures):
        tall = max(1, round((value - floor) / span * height)) if span > 0 and value > floor else 0
        bars.append(Bar(number * step, height - tall, step - 1, tall, text))
    return Bars(len(bars) * step, height, bars)
