"""How wide a text is, and how much of it fits, without a font at hand: never less than in DejaVu
Sans, Liberation Sans and Inter, the widest letter of each group."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

ELLIPSIS = "…"
# A shortened label keeps so many letters at least.
FEWEST = 3
# How much wider bold letters are.
BOLD = 1.14
# In ems.
GROUPS = {
    **dict.fromkeys("ijlI' .,:;|!\u2019", 0.34),
    **dict.fromkeys('ftr()[]/-"', 0.47),
    **dict.fromkeys("mwMW%@+—…", 1.01),
}


def width_of(text: str, size: float) -> float:
    return ems(text) * size


@lru_cache(maxsize=4096)
def ems(text: str) -> float:
    return sum(em(char) for char in text)


@lru_cache(maxsize=4096)
def em(char: str) -> float:
    if char in GROUPS:
        return GROUPS[char]
    if char < "\x7f":
        return 0.79 if char.isupper() else 0.66
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0.0
    return wide_em(char)


def wide_em(char: str) -> float:
    base = unicodedata.normalize("NFD", char)[0]
    if base < "\x7f":
        return em(base)
    if unicodedata.east_asian_width(char) in {"W", "F"}:
        return 1.3
    if unicodedata.decomposition(char):
        return 1.8  # ligatures of whole words stand among the presentation forms
    return 0.95 if unicodedata.category(char) == "Ll" else 1.1


def shortened(text: str, size: float, room: float) -> str:
    """As much of it as fits, with an ellipsis; "" when that says nothing any more."""
    left = room - width_of(ELLIPSIS, size)
    kept = ""
    for char in text:
        left -= em(char) * size
        if left < 0:
            break
        kept += char
    kept = kept.rstrip(" ,.&/-")
    return kept + ELLIPSIS if len(kept) >= FEWEST else ""


def runs_left(text: str) -> bool:
    """Scripts whose letters join or turn around: they are not bent along an arc."""
    return not text.isascii() and any(
        unicodedata.bidirectional(char) in {"R", "AL", "AN"} for char in text
    )
