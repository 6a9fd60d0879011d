"""What the public reads: one profile, and the list of them, newest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from assessments.models import PublicProfile
from assessments.public import PublicView, public_view
from assessments.querysets import PUBLIC_COLUMNS, ProfileQuerySet
from ops.replicas import is_reading_from_replica, reading_from_replica

PER_PAGE = 24
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
LONGEST_SLUG = 80
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Uses index: profile_public_by_archetype, once for each archetype.
OPTIONS = """
    WITH RECURSIVE found (archetype) AS (
        SELECT min(archetype) FROM public.public_profiles WHERE is_public
        UNION ALL
        SELECT (
            SELECT min(p.archetype) FROM public.public_profiles AS p
            WHERE p.is_public AND p.archetype > found.archetype
        )
        FROM found
        WHERE found.archetype IS NOT NULL
    )
    SELECT
        ARRAY(SELECT archetype FROM found WHERE archetype IS NOT NULL LIMIT 200),
        ARRAY(SELECT ARRAY[code, label] FROM public.badges ORDER BY label, code)
"""


@dataclass(frozen=True)
class Place:
    """A position in the list: behind this profile, whether or not it is still there."""

    published_at: datetime
    slug: str

    def __str__(self) -> str:
        return f"{(self.published_at - EPOCH) // timedelta(microseconds=1)}-{self.slug}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """None where the text is no place."""
        found = re.fullmatch(rf"([0-9]{{1,17}})-({SLUG.pattern})", text, re.ASCII)
        if found is None or len(found[2]) > LONGEST_SLUG:
            return None
        return cls(EPOCH + timedelta(microseconds=int(found[1])), found[2])


@dataclass(frozen=True)
class Options:
    """What the list can be filtered by: archetypes of public profiles; badge code → label."""

    archetypes: list[str]
    badges: dict[str, str]


@dataclass(frozen=True)
class Page:
    profiles: list[PublicView]
    # Where the next page begins.
    next: Place | None


def shown_profiles() -> ProfileQuerySet:
    return PublicProfile.objects.public().as_shown().only(*PUBLIC_COLUMNS)


def profile_at(slug: str) -> PublicView | None:
    """Public now, and under this slug now or before; None for every other, whatever the reason.

    Never of a replica: to ask whether it is still public costs as much as to read it.
    """
    if len(slug) > LONGEST_SLUG or not SLUG.fullmatch(slug):
        return None
    return next(map(public_view, shown_profiles().at_slug(slug)), None)


def page_of_profiles(filters: Mapping[str, str], after: Place | None) -> Page:
    """Of `filters` "level", "badge" and "archetype" hold for each profile."""
    found, is_copy = profiles_behind(filters, after)
    views = [public_view(profile) for profile in found[:PER_PAGE]]
    last = views[-1] if len(found) > PER_PAGE else None
    next_page = Place(last.published_at, last.slug) if last and last.published_at else None
    if is_copy:
        slugs = still_public(found)
        views = [view for view in views if view.slug in slugs]
    return Page(views, next_page)


@reading_from_replica
def profiles_behind(
    filters: Mapping[str, str], after: Place | None
) -> tuple[list[PublicProfile], bool]:
    """One more than a page shows, and whether that is what a replica knows."""
    profiles = shown_profiles().newest()
    if level := filters.get("level"):
        profiles = profiles.filter(career_level=level)
    if badge := filters.get("badge"):
        profiles = profiles.filter(badges__contains=[badge])
    if archetype := filters.get("archetype"):
        profiles = profiles.filter(archetype=archetype)
    if after:
        profiles = profiles.after(after.published_at, after.slug)
    return list(profiles[: PER_PAGE + 1]), is_reading_from_replica()


def still_public(profiles: Iterable[PublicProfile]) -> set[str]:
    """Slugs. What was hidden a moment ago is gone, whatever a replica still shows."""
    keys = [profile.pk for profile in profiles]
    found = PublicProfile.objects.public().filter(pk__in=keys)
    return set(found.values_list("profile_slug", flat=True))


@reading_from_replica
def filter_options() -> Options:
    with connection.cursor() as cursor:
        cursor.execute(OPTIONS)
        archetypes, badges = cursor.fetchone()
    return Options(archetypes, dict(badges))
