"""A drawing as PNG."""

from __future__ import annotations

import resvg_py

# Letters need a font on this machine; without one they would be left out in silence.
PROBE = '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24">{}</svg>'
LETTER = '<text x="2" y="20" font-size="20" font-family="sans-serif">M</text>'
PLAIN = ("DejaVu Sans", "Liberation Sans", "Arial", "Noto Sans", "Inter")


class NoFont(Exception):
    """Says what to do."""


def png_of(svg: str, width: int) -> bytes:
    """Of a drawing on its own; raises NoFont."""
    if not has_font():
        raise NoFont("No font is installed where this runs: install one, for example DejaVu Sans.")
    return resvg_py.svg_to_bytes(svg_string=svg, width=width)


def has_font() -> bool:
    return rendered(LETTER) != rendered("")


def rendered(inner: str) -> bytes:
    return resvg_py.svg_to_bytes(svg_string=PROBE.format(inner), background="#ffffff")
