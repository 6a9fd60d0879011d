"""One item of the queue with everything that a decision needs to know, in a few queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from assessments.models import ModerationReason, ProfileEvent, PublicProfile
from assessments.models.choices import REVERSIBLE, Action, State
from assessments.moderation.deciding import Choice, choices_for
from assessments.moderation.links import Link, link_of, links_in
from assessments.moderation.waiting import Row, label_of, row_of, since, urgency
from assessments.public import PublicView, public_view
from ops.history.words import FieldWords, compare_texts

EVENTS = 50
ALIKE = 5
RESEMBLES = {
    "email": "The same e-mail",
    "slug": "The same slug but for its number",
    "summary": "A summary that is {} % alike",
}
LINKING = ("name", "public_summary", "self_description")


@dataclass(frozen=True)
class Similar:
    profile: PublicProfile
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Video:
    """`is_allowed`: the public page would link it."""

    link: Link
    is_allowed: bool


@dataclass(frozen=True)
class Item:
    """`view` is what the public would see; `appealed` and `appeal` are there for an appeal."""

    profile: Any
    row: Row
    is_waiting: bool
    view: PublicView
    # The edit is what is decided on, and what `view` shows; else it waits for its turn.
    is_edit: bool
    changes: Sequence[FieldWords]
    links: Sequence[Link]
    video: Video | None
    events: Sequence[ProfileEvent]
    undone: frozenset[UUID]
    similar: Sequence[Similar]
    appealed: ProfileEvent | None
    appeal: ProfileEvent | None
    # They decided what is appealed, so somebody else judges it.
    is_own: bool
    choices: Sequence[Choice]

    @property
    def reasons(self) -> list[ModerationReason]:
        """That any of the choices offers, each once, in their order."""
        offered = {reason.pk: reason for choice in self.choices for reason in choice.reasons}
        return sorted(offered.values(), key=lambda reason: (reason.position, reason.pk))


def item_of(key: UUID, user: Any, now: datetime) -> Item:
    """Raises PublicProfile.DoesNotExist. A fixed number of queries."""
    shown = PublicProfile.objects.as_shown().select_related("user", "claimed_by")
    profile: Any = shown.annotate(since=since()).annotate(urgency=urgency(now)).get(pk=key)
    events = list(profile.events.select_related("reason")[:EVENTS])
    undone = frozenset(event.undoes_id for event in events if event.undoes_id)
    last = last_decision(events, undone)
    profile.decision = {"action": last.action, "actor": last.actor_name} if last else None
    view = public_view(profile, edit_of(profile))
    is_appeal = profile.state == State.APPEALED
    is_own = bool(is_appeal and last and last.actor_id == user.pk)
    reasons = ModerationReason.objects.filter(is_active=True)
    return Item(
        profile=profile,
        row=row_of(profile, now),
        is_waiting=is_appeal or profile.state == State.PENDING or edit_of(profile) is not None,
        view=view,
        is_edit=edit_of(profile) is not None,
        changes=changes_of(profile),
        links=links_in((label_of(name), text_of(profile, name)) for name in LINKING),
        video=video_of(profile, view),
        events=events,
        undone=undone,
        similar=similar_to(key),
        appealed=last if is_appeal else None,
        appeal=newest(events, Action.APPEAL) if is_appeal else None,
        is_own=is_own,
        choices=[] if is_own else choices_for(profile, list(reasons)),
    )


def last_decision(events: Sequence[ProfileEvent], undone: frozenset[UUID]) -> ProfileEvent | None:
    """As `waiting.last_decisions` finds it."""
    return next(
        (
            event
            for event in events
            if event.action in REVERSIBLE
            and event.from_state != event.to_state
            and event.pk not in undone
        ),
        None,
    )


def newest(events: Sequence[ProfileEvent], action: Action) -> ProfileEvent | None:
    return next((event for event in events if event.action == action), None)


def edit_of(profile: Any) -> Any:
    """The edit that publishing would take over: of what is hidden or appealed none."""
    return profile.pending_revision if profile.state == State.PUBLISHED else None


def text_of(profile: Any, column: str) -> str:
    """As it would be public."""
    return (edit_of(profile) or {}).get(column, getattr(profile, column)) or ""


def changes_of(profile: Any) -> list[FieldWords]:
    revision = profile.pending_revision or {}
    return [words_of_change(profile, name, value) for name, value in revision.items()]


def words_of_change(profile: Any, column: str, after: str | None) -> FieldWords:
    before, after = getattr(profile, column) or "", after or ""
    is_prose = column in ("public_summary", "self_description")
    pieces = compare_texts(before, after) if is_prose and before and after else []
    return FieldWords(label_of(column), before, after, pieces)


def video_of(profile: Any, view: PublicView) -> Video | None:
    address = text_of(profile, "video_url")
    if not address:
        return None
    return Video(link_of(label_of("video_url"), address), is_allowed=view.video is not None)


def similar_to(key: UUID) -> list[Similar]:
    """Possible duplicates, each once, with every reason."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM public.find_similar_profiles(%s, %s)", [key, ALIKE])
        found = cursor.fetchall()
    reasons: dict[UUID, list[str]] = {}
    for other, reason, likeness in found:
        reasons.setdefault(other, []).append(RESEMBLES[reason].format(round(likeness * 100)))
    profiles = PublicProfile.objects.only("name", "profile_slug", "state").in_bulk(reasons)
    return [Similar(profiles[other], tuple(why)) for other, why in reasons.items()]
