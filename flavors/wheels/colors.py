"""Colours of slices: the category tree's, and shades of a parent's where a child has none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

# Of names from the category outwards, in lower case.
type Palette = Mapping[tuple[str, ...], str]

# For categories without a colour: neighbours differ in hue and in lightness.
HUES = (
    "#b4443c", "#d98a3d", "#7a9a3c", "#3f8f83", "#4a76b8", "#8a5fa8",
    "#c2668f", "#8c6a4f", "#c7b23a", "#5a9fb5", "#6d78c9", "#a0522d",
)  # fmt: skip
# Of what has no category.
GREY = "#9ca3af"
NOWHERE = {"uncategorised", "uncategorized"}
# Pure black: any softer, and some colours would leave neither readable.
DARK, LIGHT = "#000000", "#ffffff"
# How much white the rings outside of the first take, by turns, so that neighbours differ.
PALER = {2: (0.14, 0.26), 3: (0.30, 0.42)}
REST = 0.68


def color_for(path: tuple[str, ...], number: int, given: str, parent: str, palette: Palette) -> str:
    """The tree's, else the data's, else a shade of `parent`'s; `number` counts siblings."""
    own = palette.get(tuple(name.lower() for name in path)) or given
    if own:
        return own
    if len(path) == 1:
        if path[0].lower() in NOWHERE:
            return GREY
        return HUES[number % len(HUES)]
    return paler(parent, PALER[len(path)][number % 2])


@lru_cache(maxsize=4096)
def ink_on(color: str) -> str:
    """Of the two label colours the one that is easier to read: always 4.5 to 1 at least."""
    return max((DARK, LIGHT), key=lambda ink: contrast(ink, color))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, "contrast ratio": 1 to 21."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    """WCAG 2.2, "relative luminance": 0 to 1."""
    red, green, blue = (linear(channel / 255) for channel in channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def paler(color: str, share: float) -> str:
    return "#" + "".join(f"{round(each + (255 - each) * share):02x}" for each in channels(color))


def channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
