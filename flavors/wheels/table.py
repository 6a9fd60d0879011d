"""The figures of a wheel as rows of a table: nothing that the drawing gathers is left out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from flavors.wheels.colors import Palette
from flavors.wheels.figures import Row, Slice, rows_of
from flavors.wheels.layout import segments_of

# A page shows no more; the JSON has all.
LONGEST = 2_000


@dataclass(frozen=True)
class Line:
    """`fill` is the colour in the drawing; "" for what it gathers."""

    row: Row
    fill: str

    @property
    def percent(self) -> str:
        return f"{self.row.share:.1%}"

    @property
    def intensity(self) -> str:
        value = self.row.slice.intensity
        return "" if value is None else f"{value:.1f}"


def lines_of(wheel: Slice, palette: Palette) -> list[Line]:
    fills = {each.path: each.fill for each in segments_of(wheel, palette)}
    return [Line(row, fills.get(row.path, "")) for row in islice(rows_of(wheel), LONGEST)]
