"""What an attempt came to, in words and bars; JSON of any shape is shown, not refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from assessments.models import AssessmentSession, LeaderboardRow
from assessments.public import ShownBadge, badges_of, in_words
from assessments.transcripts import plain
from assessments.video import Video, video_of

DIMENSIONS = (
    "iq",
    "eq",
    "empathy",
    "self_awareness",
    "technical",
    "ai_readiness",
    "gtm",
    "personality",
    "motivation",
    "work_history",
    "passions",
    "culture_fit",
)
ABBREVIATIONS = {"iq": "IQ", "eq": "EQ", "gtm": "Go to market", "ai_readiness": "AI readiness"}
# Of a text on the screen, in characters; an export has all of it.
LONGEST = 5_000


@dataclass(frozen=True)
class Bar:
    """`value` is 0 to 100, None without a score; `parts` are what it was made of."""

    label: str
    value: float | None
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Report:
    scores: tuple[Bar, ...]
    dimensions: tuple[Bar, ...]
    badges: tuple[ShownBadge, ...]
    # (name, text); a list has no names.
    flags: tuple[tuple[str, str], ...]
    video: Video | None


def report_of(attempt: AssessmentSession, catalogue: list[dict[str, str]]) -> Report:
    """`attempt` comes from `queries.sessions.whole_attempt`."""
    return Report(
        scores=tuple(scores_of(attempt)),
        dimensions=tuple(dimensions_of(attempt.dimensions)),
        badges=badges_of(filter(None, attempt.badges or ()), catalogue),
        flags=tuple(flags_in(attempt.flags_text)),  # type: ignore[attr-defined]  # annotated
        video=video_of(attempt.video_url),
    )


def scores_of(attempt: AssessmentSession | LeaderboardRow) -> Iterator[Bar]:
    """Both shapes of a category: a number, or an object with "overall" and its parts."""
    yield Bar("Overall", attempt.overall_score)
    for category in ("technical", "emotional", "creative"):
        written = (attempt.category_scores or {}).get(category)
        parts = written if isinstance(written, dict) else {}
        named = tuple((label_of(k), plain(v)) for k, v in parts.items() if k != "overall")
        yield Bar(category.capitalize(), getattr(attempt, f"{category}_score"), named)
    yield Bar("Lightning round", attempt.lightning_round_score)


def dimensions_of(written: dict[str, float | None] | None) -> Iterator[Bar]:
    """All twelve, where there is any."""
    for name in DIMENSIONS if written else ():
        yield Bar(label_of(name), (written or {}).get(name))


def label_of(name: str) -> str:
    return ABBREVIATIONS.get(name) or in_words(name)


def flags_in(written: str | None) -> Iterator[tuple[str, str]]:
    try:
        value = json.loads(written or "null")
    except (ValueError, RecursionError):
        yield "", (written or "")[:LONGEST]
        return
    if isinstance(value, dict):
        yield from ((in_words(key), plain(each)[:LONGEST]) for key, each in value.items())
    elif value is not None:
        texts = value if isinstance(value, list) else [value]
        yield from (("", plain(each)[:LONGEST]) for each in texts)
