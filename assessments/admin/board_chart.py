"""How the scores of a board are spread, as bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assessments.queries.boards import BARS, STEP, Bar

# A bar and the gap after it; the tallest bar; room above for the mark, below for the scores.
BAR_STEP, BAR_WIDTH, BAR_HEIGHT = 28, 24, 120
MARK, SCALE = 20, 18


def chart_of(bars: Sequence[Bar], score: int | None) -> dict[str, Any]:
    """Whole numbers, so that no locale writes them otherwise; `score` is the marked one's."""
    tallest = max((bar.members for bar in bars), default=0) or 1
    marked = min(score // STEP, BARS - 1) if score is not None else None
    return {
        "bars": [
            drawn(bar, number, tallest) | {"marked": number == marked}
            for number, bar in enumerate(bars)
        ],
        "scale": [
            (number * BAR_STEP, bar.low) for number, bar in enumerate(bars) if bar.low % 20 == 0
        ],
        "width": len(bars) * BAR_STEP,
        "height": MARK + BAR_HEIGHT + SCALE,
        "floor": MARK + BAR_HEIGHT,
        "scale_y": MARK + BAR_HEIGHT + SCALE - 4,
    }


def drawn(bar: Bar, number: int, tallest: int) -> dict[str, Any]:
    height = max(2, round(bar.members / tallest * BAR_HEIGHT)) if bar.members else 0
    return {
        "low": bar.low,
        "high": bar.high,
        "members": bar.members,
        "x": number * BAR_STEP,
        "middle": number * BAR_STEP + BAR_WIDTH // 2,
        "y": MARK + BAR_HEIGHT - height,
        "width": BAR_WIDTH,
        "height": height,
        "mark_y": MARK + BAR_HEIGHT - height - 5,
    }
