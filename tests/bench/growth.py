"""How a figure grows with what is loaded: its exponent over the scales that were measured.

0: the same at any size; 1: ten times the rows, ten times the time.
"""

from __future__ import annotations

from math import log
from statistics import linear_regression

from tests.bench.running import Figures

# Times the small size.
SIZES = {"tiny": 0.01, "small": 1.0, "medium": 10.0, "full": 100.0}


def exponents(by_scale: dict[str, Figures]) -> dict[str, float]:
    """Of each goal that was measured at two scales at least."""
    points: dict[str, list[tuple[float, float]]] = {}
    for scale, figures in by_scale.items():
        for name, figure in figures.items():
            if (own := figure.get("own")) and own["median"] > 0:
                points.setdefault(name, []).append((log(SIZES[scale]), log(own["median"])))
    return {
        name: linear_regression(*zip(*found, strict=True)).slope
        for name, found in points.items()
        if len(found) > 1
    }
