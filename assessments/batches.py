"""Decisions on many profiles with one shared reason: a batch, which can be undone.

A batch is one transaction. Where a rule of the database refuses one of its steps, each is taken by
itself, so that one that is refused keeps no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from uuid_utils.compat import uuid7

from assessments.actions import (
    NOTHING_TO_SAY,
    Refused,
    Stale,
    Why,
    logged,
    moved,
    sign,
    take_step,
)
from assessments.models import ProfileEvent, PublicProfile
from assessments.models.choices import Action, State
from ops.audit import record_each

BULK = {
    Action.PUBLISH: State.PUBLISHED,
    Action.HIDE: State.HIDDEN,
    Action.REJECT: State.REJECTED,
}
# What each step sets where no edit of the owner's is involved.
MOVED = ("state", "claimed_by", "claimed_until")

# What became of an edit.
ON_EDIT = {
    Action.PUBLISH.value: "The edit is public now.",
    Action.UNDO.value: "The edit waits again.",
}
DROPPED = "The edit is dropped."


@dataclass(frozen=True)
class Step:
    """Of a profile whose `version` was seen."""

    action: Action
    to_state: State
    version: int
    undoes: ProfileEvent | None = None


@dataclass(frozen=True)
class Outcome:
    """What a batch did with one profile."""

    profile: PublicProfile
    done: bool
    message: str


def decide_many(
    *, action: Action, seen: Mapping[UUID, int], user: User, why: Why = NOTHING_TO_SAY
) -> tuple[UUID, list[Outcome]]:
    """Publish, hide or reject profiles (key → version that was seen). Returns the batch's id, too.

    The outcomes are in the order of `seen`; a profile that is gone has none.
    """
    batch = uuid7()
    steps = {key: Step(action, BULK[action], version) for key, version in seen.items()}
    return batch, take_steps(steps, user, why, batch)


def undo_batch(*, batch: UUID, user: User) -> list[Outcome]:
    """Take back what one batch did; what changed since stays, and says so."""
    events = ProfileEvent.objects.filter(batch=batch).exclude(action=Action.UNDO).order_by("-id")
    steps = {
        event.profile_id: Step(Action.UNDO, State(event.from_state), event.version, event)
        for event in events.select_related("profile")
    }
    return take_steps(steps, user, NOTHING_TO_SAY, uuid7())


def take_steps(steps: Mapping[UUID, Step], user: User, why: Why, batch: UUID) -> list[Outcome]:
    try:
        outcomes = take_together(steps, user, why, batch)
    except DatabaseError:
        profiles = PublicProfile.objects.in_bulk(list(steps))
        outcomes = {
            key: taken_alone(profile, steps[key], user, why, batch)
            for key, profile in profiles.items()
        }
    return [outcomes[key] for key in steps if key in outcomes]


@transaction.atomic
def take_together(
    steps: Mapping[UUID, Step], user: User, why: Why, batch: UUID
) -> dict[UUID, Outcome]:
    # In one order, so that two batches wait for each other instead of locking up.
    locked = PublicProfile.objects.select_for_update(no_key=True).filter(pk__in=list(steps))
    events, outcomes = [], {}
    for profile in locked.order_by("pk"):
        try:
            events.append(step_of(profile, steps[profile.pk]))
        except Refused as refusal:
            outcomes[profile.pk] = Outcome(profile, done=False, message=str(refusal))
    write(events)
    for event in events:
        sign(event, user, why, batch=batch, undoes=steps[event.profile_id].undoes)
        outcomes[event.profile_id] = done(event)
    ProfileEvent.objects.bulk_create(events)
    record_each(actions=[logged(event) for event in events], actor=user)
    return outcomes


def step_of(profile: PublicProfile, step: Step) -> ProfileEvent:
    """Taken in memory. Raises Stale or Refused."""
    if profile.version != step.version:
        raise Stale
    return moved(profile, step.action, step.to_state, step.undoes)


def write(events: Sequence[ProfileEvent]) -> None:
    """The profiles of the events, those that move alike in one statement; with their versions."""
    alike: dict[tuple[str, str], list[PublicProfile]] = {}
    for event in events:
        if event.is_on_edit:
            event.profile.save()
        else:
            alike.setdefault((event.action, event.to_state), []).append(event.profile)
    for (action, _), profiles in alike.items():
        names = (*MOVED, "published_at") if action == Action.PUBLISH else MOVED
        columns = {name: getattr(profiles[0], name) for name in names}
        PublicProfile.objects.filter(pk__in=[each.pk for each in profiles]).update(**columns)
    keys = [event.profile_id for event in events]
    versions = dict(PublicProfile.objects.filter(pk__in=keys).values_list("pk", "version"))
    for event in events:
        event.profile.version = versions[event.profile_id]


def taken_alone(profile: PublicProfile, step: Step, user: User, why: Why, batch: UUID) -> Outcome:
    try:
        event = take_step(
            profile,
            step.action,
            step.to_state,
            user,
            step.version,
            why,
            batch=batch,
            undoes=step.undoes,
        )
    except Refused as refusal:
        return Outcome(profile, done=False, message=str(refusal))
    return done(event)


def done(event: ProfileEvent) -> Outcome:
    state = State(event.to_state).label.lower()
    text = ON_EDIT.get(event.action, DROPPED) if event.is_on_edit else f"Now {state}."
    return Outcome(event.profile, done=True, message=text)
