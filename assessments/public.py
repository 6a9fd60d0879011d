"""What the public sees of a profile, and nothing else: the pages and their previews show this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from assessments.models.choices import CareerLevel
from assessments.video import Video, video_of


@dataclass(frozen=True)
class ShownBadge:
    code: str
    label: str
    description: str = ""


@dataclass(frozen=True)
class Score:
    """0 to 100."""

    label: str
    value: int


@dataclass(frozen=True)
class PublicView:
    """Of columns that everybody may read; plain text throughout. Scores only where shown."""

    slug: str
    name: str
    career_level: str
    career_label: str
    years_experience: int
    personality_type: str
    archetype: str
    summary: str
    description: str
    badges: tuple[ShownBadge, ...]
    roles: tuple[str, ...]
    video: Video | None
    overall_score: int | None
    scores: tuple[Score, ...]
    published_at: datetime | None


def public_view(profile: Any, revision: Mapping[str, Any] | None = None) -> PublicView:
    """`profile` comes from `PublicProfile.objects.as_shown()`.

    `revision` holds columns that wait (`pending_revision`), to be seen as if they were approved.
    """
    waiting = revision or {}

    def shown(column: str) -> Any:
        return waiting.get(column, getattr(profile, column))

    return PublicView(
        slug=shown("profile_slug"),
        name=shown("name"),
        career_level=profile.career_level,
        career_label=CareerLevel(profile.career_level).label,
        years_experience=profile.years_experience,
        personality_type=profile.personality_type or "",
        archetype=profile.archetype or "",
        summary=shown("public_summary") or "",
        description=shown("self_description") or "",
        badges=badges_of(profile.badges or (), profile.catalogue),
        roles=tuple(profile.best_fit_roles or ()),
        video=video_of(shown("video_url")),
        overall_score=profile.overall_score if profile.show_scores else None,
        scores=scores_of(profile.category_scores if profile.show_scores else None),
        published_at=profile.published_at,
    )


def badges_of(codes: Iterable[str], catalogue: list[dict[str, str]]) -> tuple[ShownBadge, ...]:
    """A code that is not in the catalogue is read as words."""
    known = {badge["code"]: ShownBadge(**badge) for badge in catalogue}
    return tuple(known.get(code) or ShownBadge(code, in_words(code)) for code in codes)


def in_words(code: str) -> str:
    words = code.replace("_", " ")
    return words[:1].upper() + words[1:]


def scores_of(scores: Mapping[str, Any] | None) -> tuple[Score, ...]:
    """Of both shapes, {"technical": 85} and {"technical": {"overall": 85}}, rounded as SQL does."""
    plain = {
        category: value.get("overall") if isinstance(value, dict) else value
        for category, value in (scores or {}).items()
    }
    return tuple(
        Score(category.capitalize(), int(Decimal(str(value)).quantize(Decimal(1), ROUND_HALF_UP)))
        for category in ("technical", "emotional", "creative")
        if (value := plain.get(category)) is not None
    )
