"""A count by day or month as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

STEP, WIDTH, HEIGHT, SCALE = 20, 16, 110, 20


@dataclass(frozen=True)
class Bar:
    """`part` of the count is drawn in full colour."""

    name: str
    count: int
    part: int = 0
    note: str = ""


@dataclass(frozen=True)
class Drawn:
    bar: Bar
    x: int
    y: int
    height: int
    part_y: int
    part: int


@dataclass(frozen=True)
class Chart:
    """Whole numbers, so that no locale writes them otherwise; `scale` is (x, name)."""

    bars: list[Drawn]
    scale: list[tuple[int, str]]
    total: int

    @property
    def width(self) -> int:
        return max(1, len(self.bars)) * STEP

    bar_width, floor, height, scale_y = WIDTH, HEIGHT, HEIGHT + SCALE, HEIGHT + SCALE - 5


def chart_of(bars: Sequence[Bar]) -> Chart:
    tallest = max((bar.count for bar in bars), default=0) or 1
    # A name takes the room of five bars.
    scale = [(number * STEP, bar.name) for number, bar in enumerate(bars) if number % 6 == 0]
    drawn_bars = [drawn(bar, number, tallest) for number, bar in enumerate(bars)]
    return Chart(drawn_bars, scale, sum(bar.count for bar in bars))


def drawn(bar: Bar, number: int, tallest: int) -> Drawn:
    height = max(2, round(bar.count / tallest * HEIGHT)) if bar.count else 0
    part = round(bar.part / bar.count * height) if bar.count else 0
    return Drawn(bar, number * STEP, HEIGHT - height, height, HEIGHT - part, part)
