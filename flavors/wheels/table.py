"""The figures of a wheel as rows of a table: nothing that the drawing gathers is left out."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from flavors.wheels.figures import Row, Slice, rows_of
from flavors.wheels.layout import Segment

# A page shows no more; the JSON has all.
LONGEST = 2_000


class Line(NamedTuple):
    """All as text. `fill` is the colour in the drawing; "" for what it gathers."""

    name: str
    level: str
    uses: str
    percent: str
    intensity: str
    fill: str


def lines_of(wheel: Slice, segments: Iterable[Segment]) -> list[Line]:
    fills = {each.path: each.fill for each in segments}
    return [line_of(row, fills.get(row.path, "")) for row in islice(rows_of(wheel), LONGEST)]


def line_of(row: Row, fill: str) -> Line:
    piece = row.slice
    intensity = "" if piece.intensity is None else f"{piece.intensity:.1f}"
    return Line(piece.name, str(row.level), f"{piece.count:,}", f"{row.share:.1%}", intensity, fill)
