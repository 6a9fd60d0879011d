"""Rows of a board in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assessments.models.choices import CareerLevel
from assessments.public import in_words
from assessments.queries.boards import Row
from assessments.queries.standings import ahead_percent

# More of them make a row too high.
BADGES = 3


def line_of(row: Row, members: int, labels: Mapping[str, str]) -> dict[str, Any]:
    """A line of the table; `members` have a rank, `labels` are the badges'."""
    entry = row.entry
    level = entry.career_level
    badges = [labels.get(code) or in_words(code) for code in entry.badges or ()]
    return {
        "key": entry.pk,
        "name": entry.user.display_name,
        "rank": row.rank,
        "tied": row.tied,
        "movement": row.movement,
        "score": row.score,
        "ahead": ahead_percent(row.rank, members),
        "level": CareerLevel(level).label if level else "",
        "archetype": in_words(entry.archetype) if entry.archetype else "",
        "badges": badges[:BADGES],
        "more_badges": max(0, len(badges) - BADGES),
        "completed_at": entry.completed_at,
    }
