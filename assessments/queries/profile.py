"""A member's public profile, as their page and the export of their data show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from assessments.models import ProfileEvent, ProfileSlug, PublicProfile
from ops.rows import whole_rows

SHOWN = 10
# Of moderators, not of the person.
STAFFS = {"claimed_by_id", "claimed_until"}
STAFFS_OF_EVENT = {"actor_id", "actor_name", "private_note", "batch"}


def section(member_id: UUID, user: Any) -> dict[str, Any]:
    """`profile` is None without one; its newest SHOWN events, and whether there are more."""
    profile = PublicProfile.objects.filter(pk=member_id).first()
    events: list[ProfileEvent] = []
    if user.has_perm("assessments.view_profileevent"):
        # Uses index: profile_event_history.
        found = ProfileEvent.objects.filter(profile=member_id).select_related("reason")
        events = list(found.order_by("-id")[: SHOWN + 1])
    return {"profile": profile, "events": events[:SHOWN], "more": len(events) > SHOWN}


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
