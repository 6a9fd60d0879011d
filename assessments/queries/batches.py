"""What a batch of decisions would do, and what the batches before did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Min
from django.utils import timezone

from assessments.batches import BULK
from assessments.models import ProfileEvent, PublicProfile
from assessments.models.choices import STEPS, Action, State

RECENT = 20
# What is done with those that are decided on.
WILL = {Action.PUBLISH: "published", Action.HIDE: "hidden", Action.REJECT: "rejected"}


@dataclass(frozen=True)
class Forecast:
    """What becomes of the profiles of one state."""

    state: str
    count: int
    will_change: bool
    text: str


@dataclass(frozen=True)
class Preview:
    forecasts: list[Forecast]
    # Of the profiles, how many somebody else looks at now.
    held: int

    @property
    def changing(self) -> int:
        return sum(each.count for each in self.forecasts if each.will_change)


def preview_of(profiles: Iterable[PublicProfile], action: Action, user: Any) -> Preview:
    counts: dict[tuple[State, bool], int] = {}
    held, now = 0, timezone.now()
    for profile in profiles:
        kind = State(profile.state), profile.pending_revision is not None
        counts[kind] = counts.get(kind, 0) + 1
        held += bool(
            profile.claimed_until
            and profile.claimed_until > now
            and profile.claimed_by_id != user.pk
        )
    forecasts = [forecast(*kind, count, action) for kind, count in counts.items()]
    return Preview(sorted(forecasts, key=lambda each: (not each.will_change, each.state)), held)


def forecast(state: State, edited: bool, count: int, action: Action) -> Forecast:
    label = f"{state.label}, with an edit that waits" if edited else str(state.label)
    if edited and action != Action.HIDE and state == State.PUBLISHED:
        edit = "is published" if action == Action.PUBLISH else "is dropped; the profile stays"
        return Forecast(label, count, will_change=True, text=f"The edit {edit}.")
    if state != BULK[action] and (state, BULK[action]) in STEPS[action]:
        return Forecast(label, count, will_change=True, text=f"Will be {WILL[action]}.")
    why = f"it is {state.label.lower()}" + (" already" if state == BULK[action] else "")
    return Forecast(label, count, will_change=False, text=f"Stays: {why}.")


@dataclass(frozen=True)
class Line:
    """An event of a batch, and whether it can still be taken back."""

    event: ProfileEvent
    standing: str
    can_undo: bool


@dataclass(frozen=True)
class Batch:
    """Events with one id; `first` says who, when and why."""

    key: UUID
    first: ProfileEvent
    lines: list[Line]

    @property
    def undoable(self) -> int:
        return sum(line.can_undo for line in self.lines)

    @property
    def undone(self) -> int:
        return sum(hasattr(line.event, "undone_by") for line in self.lines)


def batch_of(key: UUID) -> Batch | None:
    """Uses index: profile_event_batch."""
    events: Sequence[ProfileEvent] = list(
        ProfileEvent.objects.filter(batch=key)
        .select_related("profile", "reason", "undone_by")
        .order_by("id")
    )
    return Batch(key, events[0], [line_of(event) for event in events]) if events else None


def line_of(event: ProfileEvent) -> Line:
    if hasattr(event, "undone_by"):
        return Line(event, f"Undone by {event.undone_by.actor_name}", can_undo=False)
    if event.version != event.profile.version:
        return Line(event, "Changed since", can_undo=False)
    return Line(event, "As decided", can_undo=event.can_be_undone)


@dataclass(frozen=True)
class BatchRow:
    key: UUID
    action: str
    when: datetime
    person: str
    count: int
    undone: int


def recent_batches() -> list[BatchRow]:
    """The newest RECENT, newest first: their ids are time-ordered.

    Uses index: profile_event_batch, backwards, as far as these batches go.
    """
    rows: Any = (
        ProfileEvent.objects.filter(batch__isnull=False)
        .order_by()
        .values("batch")
        .annotate(
            name=Min("action"),
            when=Min("created_at"),
            person=Min("actor_name"),
            count=Count("pk"),
            undone=Count("undone_by"),
        )
        .order_by("-batch")
    )
    return [
        BatchRow(
            key=row["batch"],
            action=str(Action(row["name"]).label),
            when=row["when"],
            person=row["person"],
            count=row["count"],
            undone=row["undone"],
        )
        for row in rows[:RECENT]
    ]
