"""A member's public profile, as their page and the export of their data show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from assessments.models import ProfileEvent, ProfileSlug, PublicProfile
from ops.rows import whole_rows
from ops.together import rows_of

SHOWN = 10
# Of moderators, not of the person.
STAFFS = {"claimed_by_id", "claimed_until"}
STAFFS_OF_EVENT = {"actor_id", "actor_name", "private_note", "batch"}


def section(member_id: UUID, user: Any) -> dict[str, Any]:
    """`profile` is None without one; its newest SHOWN events, and whether there are more."""
    asked: dict[str, QuerySet[Any]] = {"profile": PublicProfile.objects.filter(pk=member_id)}
    if user.has_perm("assessments.view_profileevent"):
        # Uses index: profile_event_history.
        happened = ProfileEvent.objects.filter(profile=member_id).order_by("-id")
        asked["events"] = happened.annotate(reason_label=F("reason__label"))[: SHOWN + 1]
    found = rows_of(**asked)
    events = found.get("events", [])
    return {
        "profile": next(iter(found["profile"]), None),
        "events": events[:SHOWN],
        "more": len(events) > SHOWN,
    }


def exported(member_id: UUID) -> Mapping[str, Iterable[Mapping[str, Any]]]:
    """What the profile says, the slugs that it had, and what was decided about it.

    Decisions come with their reason and the text to the owner. Who decided, and the private notes
    of moderators, are about staff and their work: they stay.
    """
    events = ProfileEvent.objects.filter(profile=member_id)
    return {
        "profile": whole_rows(PublicProfile.objects.filter(pk=member_id), without=STAFFS),
        "slugs": whole_rows(ProfileSlug.objects.filter(user=member_id)),
        "decisions": whole_rows(events, without=STAFFS_OF_EVENT),
    }
