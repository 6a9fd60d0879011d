"""Profiles as a file for spreadsheets: what a list shows, in its order."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import transaction

from assessments.boards import Line, text_of
from assessments.models import PublicProfile
from ops.audit import record
from ops.spreadsheets import neutralise

FETCHED = 1_000
# Column of the file → attribute.
COLUMNS = {
    "member": "pk",
    "name": "name",
    "slug": "profile_slug",
    "email": "email",
    "state": "state",
    "public": "is_public",
    "edit_waits": "edit_waits",
    "career_level": "career_level",
    "years_experience": "years_experience",
    "archetype": "archetype",
    "personality_type": "personality_type",
    "badges": "badges",
    "best_fit_roles": "best_fit_roles",
    "submitted_at": "submitted_at",
    "published_at": "published_at",
    "last_decision_by": "decider",
    "updated_at": "updated_at",
}


@transaction.atomic
def export_profiles(*, keys: Sequence[UUID], query: str, user: Any) -> Iterator[str]:
    """The lines of a CSV file, the first one with the mark by which spreadsheets know UTF-8.

    The export is recorded when it begins, with `query`, the list's address.
    """
    record(
        action="export",
        entity_type="publicprofile",
        details={"count": len(keys), "format": "csv", "list": query},
        actor=user,
    )
    return lines(keys)


def lines(keys: Sequence[UUID]) -> Iterator[str]:
    """Reads FETCHED profiles at a time; one that is gone meanwhile is left out."""
    writer = csv.writer(Line())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for some in batched(keys, FETCHED):
        found = PublicProfile.objects.with_decider().in_bulk(some)
        for profile in (found[key] for key in some if key in found):
            yield writer.writerow([neutralise(cell(profile, name)) for name in COLUMNS.values()])


def cell(profile: PublicProfile, name: str) -> str:
    if name == "edit_waits":
        return yes(profile.pending_revision is not None)
    value = getattr(profile, name)
    return yes(value) if isinstance(value, bool) else text_of(value)


def yes(value: bool) -> str:
    return "yes" if value else "no"
