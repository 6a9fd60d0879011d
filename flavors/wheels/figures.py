"""The figures of a wheel: a tree of slices, from what generate_wheel_data_optimized() answers.

Members may save wheels of their own, so nothing about the shape of the data is taken for granted:
what is no wheel is left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

# Below a category: the key of the list, outermost last.
LEVELS = ("categories", "subcategories", "descriptors")
UNNAMED = "Uncategorised"
# Of a name that somebody made up.
LONGEST_NAME = 200
# PostgreSQL's bigint; sums of many stay exact in Python.
LARGEST = 2**63


@dataclass(frozen=True)
class Slice:
    """`count` descriptors, at least those of its `children`; `intensity` is their mean, 1 to 5."""

    name: str
    count: int
    intensity: float | None = None
    children: tuple[Slice, ...] = ()
    # "#rrggbb" if the data give one.
    color: str = ""
    # Slices that are drawn as this one because each is too thin, or not in the data at all.
    stands_for: int = 0
    is_rest: bool = False

    @property
    def is_empty(self) -> bool:
        return self.count == 0


@dataclass(frozen=True)
class Row:
    """A slice with its place: names from the category outwards, share of the whole, 0 to 1."""

    path: tuple[str, ...]
    slice: Slice
    share: float

    @property
    def level(self) -> int:
        return len(self.path)


def wheel_of(data: Any) -> Slice:
    """The whole wheel, whose children are the categories, the largest first."""
    children = tuple(slices_in(data, 0))
    return Slice("", sum(each.count for each in children), mean_of(children), children)


def slices_in(parent: Any, level: int) -> Iterator[Slice]:
    """The slices of `parent`, same names as one, the largest first."""
    if level == len(LEVELS) or not isinstance(parent, Mapping):
        return
    found = parent.get(LEVELS[level])
    merged: dict[str, Slice] = {}
    for each in found if isinstance(found, list) else ():
        if isinstance(each, Mapping) and not (made := slice_of(each, level)).is_empty:
            known = merged.get(made.name)
            merged[made.name] = together(known, made) if known else made
    yield from sorted(merged.values(), key=lambda each: (-each.count, each.name))


def slice_of(given: Mapping[str, Any], level: int) -> Slice:
    children = tuple(slices_in(given, level + 1))
    count = max(whole(given.get("count")), sum(each.count for each in children))
    return Slice(
        name_in(given.get("text" if level == len(LEVELS) - 1 else "name")),
        count,
        mean_of(children) if children else intensity_in(given.get("avgIntensity")),
        children,
        color_in(given.get("color")),
    )


def together(one: Slice, other: Slice) -> Slice:
    children: dict[str, Slice] = {}
    for each in (*one.children, *other.children):
        known = children.get(each.name)
        children[each.name] = together(known, each) if known else each
    by_size = sorted(children.values(), key=lambda each: (-each.count, each.name))
    return replace(
        one,
        count=one.count + other.count,
        intensity=mean_of((one, other)),
        children=tuple(by_size),
        color=one.color or other.color,
    )


def mean_of(slices: Iterable[Slice]) -> float | None:
    known = [(each.intensity, each.count) for each in slices if each.intensity is not None]
    total = sum(count for _, count in known)
    return sum(value * count for value, count in known) / total if total else None


def rows_of(wheel: Slice) -> Iterator[Row]:
    """Every slice with its place, each category before what is in it."""

    def below(parent: Slice, path: tuple[str, ...]) -> Iterator[Row]:
        for each in parent.children:
            here = (*path, each.name)
            yield Row(here, each, each.count / wheel.count)
            yield from below(each, here)

    yield from below(wheel, ())


def part_of(wheel: Slice, name: str) -> Slice | None:
    """A wheel of this category alone."""
    found = next((each for each in wheel.children if each.name == name), None)
    return Slice("", found.count, found.intensity, (found,)) if found else None


# --- Single values -------------------------------------------------------------------------------
def name_in(value: Any) -> str:
    """On one line, without what XML cannot hold."""
    kept = value[: LONGEST_NAME * 2] if isinstance(value, str) else ""
    if not kept.isprintable():
        kept = "".join(char if is_sound(char) else " " for char in kept)
    return " ".join(kept.split())[:LONGEST_NAME] or UNNAMED


def is_sound(char: str) -> bool:
    code = ord(char)
    return 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code >= 0x10000


def whole(value: Any) -> int:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return int(value) if is_number and math.isfinite(value) and 0 < value < LARGEST else 0


def intensity_in(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 1 <= value <= 5 else None


def color_in(value: Any) -> str:
    """Only what colours.py can read."""
    if not isinstance(value, str) or len(value) != 7 or value[0] != "#":
        return ""
    return value.lower() if all(char in "0123456789abcdefABCDEF" for char in value[1:]) else ""
