"""Where the slices of a wheel stand: angles in degrees clockwise from the top, radii in units of a
drawing that is 1,000 wide, with the middle at 0, 0."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Literal

from flavors.wheels.colors import GREY, REST, Palette, color_for, ink_on, paler
from flavors.wheels.figures import Slice
from flavors.wheels.lettering import BOLD, runs_left, shortened, width_of

# Inner and outer radius of each ring.
RINGS = {1: (104.0, 232.0), 2: (232.0, 358.0), 3: (358.0, 492.0)}
# What is thinner is gathered as "others", degrees.
THINNEST = {1: 3.0, 2: 1.5, 3: 1.1}
type Way = Literal["arc", "ray"]
# Between a label and the edge of its slice.
MARGIN = 7.0
# A line of text is that much higher than its letters.
LINE = 1.15
# An arc that carries a label stays shorter than half a turn.
WIDEST_ARC = 170.0
# A term that is not wider is written outwards.
SPOKE = 22.0


@dataclass(frozen=True)
class Segment:
    """`place` is (position, how many) among its siblings as they are drawn."""

    slice: Slice
    path: tuple[str, ...]
    start: float
    end: float
    fill: str
    place: tuple[int, int]

    @property
    def level(self) -> int:
        return len(self.path)

    @property
    def span(self) -> float:
        return self.end - self.start

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2

    @property
    def ink(self) -> str:
        return ink_on(self.fill)


@dataclass(frozen=True)
class Label:
    """Around the wheel ("arc") or away from its middle ("ray", in a line or two)."""

    lines: tuple[str, ...]
    size: float
    way: Way
    room: float
    is_bold: bool

    @property
    def width(self) -> float:
        size = self.size * (BOLD if self.is_bold else 1)
        return widest(self.lines) * size


@dataclass(frozen=True)
class Lettering:
    """Sizes to try for each ring, the largest first."""

    sizes: dict[int, Sequence[float]]


WIDE = Lettering({1: (24, 21, 18, 16), 2: (18, 16, 14), 3: (16, 14, 12.5)})
# Where 1,000 units are as wide as a phone.
NARROW = Lettering({1: (38, 34, 30, 27), 2: (30, 27), 3: (28, 26)})


# --- Slices --------------------------------------------------------------------------------------
def segments_of(wheel: Slice, palette: Palette) -> list[Segment]:
    """Each category before what is in it."""
    return list(below(wheel, (), 0.0, 360.0, GREY, palette))


def below(
    parent: Slice,
    path: tuple[str, ...],
    start: float,
    end: float,
    color: str,
    palette: Palette,
) -> Iterator[Segment]:
    """Children share their parent's angle by their counts, and end exactly where it ends."""
    shown = gathered(parent, len(path) + 1, end - start)
    before = 0
    for number, each in enumerate(shown):
        here = (*path, each.name)
        first = start + (end - start) * before / parent.count
        before += each.count
        last = end if before == parent.count else start + (end - start) * before / parent.count
        fill = (
            paler(color, REST)
            if each.is_rest
            else color_for(here, number, each.color, color, palette)
        )
        yield Segment(each, here, first, last, fill, (number + 1, len(shown)))
        yield from below(each, here, first, last, fill, palette)


def gathered(parent: Slice, level: int, span: float) -> list[Slice]:
    """The children that are wide enough, and one for all others and for what has no name."""
    if not parent.children:
        return []
    least = THINNEST[level] * parent.count / span if span else math.inf
    shown = [each for each in parent.children if each.count >= least]
    thin = [each for each in parent.children if each.count < least]
    missing = parent.count - sum(each.count for each in parent.children)
    if len(thin) == 1 and not missing:
        return [*shown, *thin]
    rest = missing + sum(each.count for each in thin)
    return [*shown, others(rest, len(thin))] if rest else shown


def others(count: int, stands_for: int) -> Slice:
    name = f"{stands_for:,} others" if stands_for else "Others"
    return Slice(name, count, stands_for=stands_for, is_rest=True)


# --- Labels --------------------------------------------------------------------------------------
def label_for(segment: Segment, lettering: Lettering) -> Label | None:
    """Whole in the largest size that fits, else shortened in the smallest, else None. Categories
    are bold."""
    text, is_bold = segment.slice.name, segment.level == 1
    sizes, wider = lettering.sizes[segment.level], BOLD if is_bold else 1.0
    forms = [(lines, way, widest(lines)) for lines, way in forms_of(segment, text)]
    for size in sizes:
        for lines, way, ems in forms:
            room = room_for(segment, way, size, len(lines))
            if ems * (size * wider) <= room:
                return Label(lines, size, way, room, is_bold)
    room, way = max(
        ((room_for(segment, way, size), way) for way in ways(segment, text)), key=itemgetter(0)
    )
    short = shortened(text, size * wider, room)
    return Label((short,), size, way, room, is_bold) if short else None


def forms_of(segment: Segment, text: str) -> list[tuple[tuple[str, ...], Way]]:
    """In one line; and outwards in two."""
    forms: list[tuple[tuple[str, ...], Way]] = [((text,), way) for way in ways(segment, text)]
    if " " in text and segment.level < 3:
        forms.append((two_lines(text), "ray"))
    return forms


def widest(lines: Sequence[str]) -> float:
    return max(width_of(line, 1) for line in lines)


def two_lines(text: str) -> tuple[str, str]:
    """Broken at the space that makes the longer line shortest."""
    words = text.split(" ")
    breaks = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    return min(breaks, key=widest)


def ways(segment: Segment, text: str) -> tuple[Way, ...]:
    """Along the arc if it is long; else terms outwards, as spokes."""
    if runs_left(text):
        return ("ray",)
    return ("ray", "arc") if segment.level == 3 and segment.span < SPOKE else ("arc", "ray")


def room_for(segment: Segment, way: Way, size: float, lines: int = 1) -> float:
    """How wide a text of this size may be; 0 when not even its height fits."""
    inner, outer = RINGS[segment.level]
    if way == "arc":
        if outer - inner < size * LINE:
            return 0.0
        # The baseline is the shorter side on top, the tops of the letters are below.
        radius = (inner + outer) / 2 - size / 2
        return max(0.0, math.radians(min(segment.span, WIDEST_ARC)) * radius - 2 * MARGIN)
    half = math.radians(min(segment.span, 180.0) / 2)
    nearest = lines * size * LINE / 2 / math.sin(half) if half else math.inf
    begin = max(inner + MARGIN, nearest)
    # Centred in the ring: what is lost inside is lost outside.
    return max(0.0, 2 * min(outer - MARGIN - (inner + outer) / 2, (inner + outer) / 2 - begin))
