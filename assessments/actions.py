"""Writes to public profiles: atomic, keyword-only. The database has the last word.

A step locks the profile, compares the version that the moderator saw, moves the state, and appends
an event; `choices.STEPS` says which steps there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from assessments.models import Member, ModerationReason, ProfileEvent, PublicProfile
from assessments.models.choices import STEPS, Action, State
from assessments.models.profile import REVIEWED
from assessments.slugs import candidates
from ops.audit import record
from ops.errors import reason_of

SLUG_TAKEN = "public_profiles_profile_slug_key"
# More conflicts in a row than this are no coincidence.
SLUG_TRIES = 100


class Refused(Exception):
    """The profile stays as it is; the text tells a person why."""


class Stale(Refused):
    """It is not what the moderator saw."""

    def __init__(self) -> None:
        super().__init__("Somebody else decided meanwhile, or the owner changed it. Look again.")


@dataclass(frozen=True)
class Why:
    """What a decision says: a canned reason, whose texts stand in for those that are empty."""

    reason: ModerationReason | None = None
    message: str = ""
    note: str = ""

    def columns(self) -> dict[str, Any]:
        canned = self.reason
        return {
            "reason": canned,
            "message": self.message.strip() or (canned.message if canned else ""),
            "private_note": self.note.strip() or (canned.note if canned else ""),
        }


NOTHING_TO_SAY = Why()


# --- The owner ------------------------------------------------------------------------------------
def create_profile(*, member: Member, name: str, slug: str = "", **content: Any) -> PublicProfile:
    """A draft of the member. Without `slug`, one is made from the name."""
    for tried in [slug] if slug else islice(candidates(name), SLUG_TRIES):
        try:
            return insert_profile(member, name, tried, content)
        except IntegrityError as error:
            if slug or not is_about_slug(error):
                raise Refused(reason_of(error)) from error
    raise Refused("No slug was free. Choose one.")


def is_about_slug(error: IntegrityError) -> bool:
    """Taken, or reserved: another one may pass."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return (
        getattr(diagnosis, "constraint_name", None) == SLUG_TAKEN
        or getattr(diagnosis, "column_name", None) == "profile_slug"
    )


def insert_profile(
    member: Member, name: str, slug: str, content: Mapping[str, Any]
) -> PublicProfile:
    with transaction.atomic():
        return PublicProfile.objects.create(user=member, name=name, profile_slug=slug, **content)


def submit_profile(*, profile: PublicProfile) -> None:
    """Opt in, and ask for publication; again after changes or a rejection."""
    take_owner_step(profile, Action.SUBMIT)


def appeal_decision(*, profile: PublicProfile, message: str) -> None:
    """Once for a decision; another moderator judges it."""
    take_owner_step(profile, Action.APPEAL, message)


def withdraw_profile(*, profile: PublicProfile) -> None:
    """Opt out: gone from the public at once, from every state."""
    take_owner_step(profile, Action.WITHDRAW)


def take_owner_step(profile: PublicProfile, action: Action, message: str = "") -> None:
    """The SQL function that members' apps reach, too."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT public.take_owner_step(%s, %s, %s)", [profile.pk, action, message]
            )
    except DatabaseError as error:
        raise Refused(reason_of(error)) from error


# --- The moderator --------------------------------------------------------------------------------
def publish_profile(
    *, profile: PublicProfile, version: int, user: User, batch: UUID | None = None
) -> ProfileEvent:
    """What was submitted; or, of a published profile, the edit that waits."""
    return take_step(profile, Action.PUBLISH, State.PUBLISHED, user, version, batch=batch)


def request_changes(
    *, profile: PublicProfile, version: int, user: User, why: Why, batch: UUID | None = None
) -> ProfileEvent:
    """Of what was submitted, or of the edit that waits, which is then dropped."""
    return take_step(
        profile, Action.REQUEST_CHANGES, State.CHANGES_REQUESTED, user, version, why, batch=batch
    )


def reject_profile(
    *, profile: PublicProfile, version: int, user: User, why: Why, batch: UUID | None = None
) -> ProfileEvent:
    """What was submitted, or the edit that waits, which is then dropped."""
    return take_step(profile, Action.REJECT, State.REJECTED, user, version, why, batch=batch)


def hide_profile(
    *, profile: PublicProfile, version: int, user: User, why: Why, batch: UUID | None = None
) -> ProfileEvent:
    return take_step(profile, Action.HIDE, State.HIDDEN, user, version, why, batch=batch)


def restore_profile(
    *, profile: PublicProfile, version: int, user: User, batch: UUID | None = None
) -> ProfileEvent:
    return take_step(profile, Action.RESTORE, State.PUBLISHED, user, version, batch=batch)


def uphold_decision(*, profile: PublicProfile, version: int, user: User, why: Why) -> ProfileEvent:
    """The appeal fails: the state before it, by somebody else than who decided."""
    appeal = profile.events.filter(action=Action.APPEAL).order_by("-version").first()
    before = State(appeal.from_state) if appeal else State.HIDDEN
    return take_step(profile, Action.UPHOLD, before, user, version, why)


def overturn_decision(
    *, profile: PublicProfile, version: int, user: User, why: Why
) -> ProfileEvent:
    """The appeal succeeds: published, by somebody else than who decided."""
    return take_step(profile, Action.OVERTURN, State.PUBLISHED, user, version, why)


def undo_decision(*, event: ProfileEvent, user: User, batch: UUID | None = None) -> ProfileEvent:
    """A new, inverse event; refused once anything about the profile changed since."""
    return take_step(
        event.profile,
        Action.UNDO,
        State(event.from_state),
        user,
        event.version,
        batch=batch,
        undoes=event,
    )


# --- One step -------------------------------------------------------------------------------------
def take_step(
    profile: PublicProfile,
    action: Action,
    to_state: State,
    user: User,
    version: int,
    why: Why = NOTHING_TO_SAY,
    *,
    batch: UUID | None = None,
    undoes: ProfileEvent | None = None,
) -> ProfileEvent:
    """Raises Stale when `version` is not the profile's, Refused for every other rule."""
    try:
        with transaction.atomic():
            current = PublicProfile.objects.select_for_update(no_key=True).get(pk=profile.pk)
            if current.version != version:
                raise Stale
            event = moved(current, action, to_state, undoes)
            current.save()
            current.refresh_from_db()
            sign(event, user, why, batch=batch, undoes=undoes)
            event.save(force_insert=True)
            record(**logged(event), actor=user)
    except DatabaseError as error:
        raise Refused(reason_of(error)) from error
    return event


def moved(
    profile: PublicProfile, action: Action, to_state: State, undoes: ProfileEvent | None = None
) -> ProfileEvent:
    """Take the step in memory; returns its event, to be signed and written after the profile."""
    before, changes = State(profile.state), {}
    if undoes and not undoes.can_be_undone:
        raise Refused("That step cannot be taken back.")
    if before == State.PUBLISHED and action in (
        Action.PUBLISH, Action.REQUEST_CHANGES, Action.REJECT
    ):  # fmt: skip
        if profile.pending_revision is None:
            raise Refused("It is published as it stands.")
        to_state = State.PUBLISHED
        changes = decided_revision(profile, is_approved=action == Action.PUBLISH)
    elif (before, to_state) not in STEPS[action]:
        raise Refused(f"From {before.label.lower()} that step is not possible.")
    elif to_state == State.PUBLISHED and (action == Action.PUBLISH or not profile.published_at):
        profile.published_at = timezone.now()
    elif undoes:
        changes = {name: [after, value] for name, (value, after) in undoes.changes.items()}
    for name, (_, value) in changes.items():
        setattr(profile, name, value)
    profile.state = to_state
    profile.claimed_by = profile.claimed_until = None
    return ProfileEvent(
        profile=profile, action=action, from_state=before, to_state=to_state, changes=changes
    )


def sign(
    event: ProfileEvent,
    user: User,
    why: Why,
    *,
    batch: UUID | None = None,
    undoes: ProfileEvent | None = None,
) -> None:
    """Who, why, and the version that the profile has now."""
    event.version = event.profile.version
    event.actor, event.actor_name = user, user.get_username()
    event.batch, event.undoes = batch, undoes
    for name, value in why.columns().items():
        setattr(event, name, value)


def logged(event: ProfileEvent) -> dict[str, Any]:
    """The event's row in the action log."""
    return {
        "action": f"{event.action}_profile",
        "entity": event.profile,
        "details": {"label": str(event.profile), "reason": event.message},
    }


def decided_revision(profile: PublicProfile, *, is_approved: bool) -> dict[str, list[Any]]:
    """What a decision on the edit that waits changes: field → [before, after]."""
    waiting = profile.pending_revision or {}
    applied = [name for name in REVIEWED if name in waiting] if is_approved else []
    since = profile.revised_at.isoformat() if profile.revised_at else None
    return {
        **{name: [getattr(profile, name), waiting[name]] for name in applied},
        "pending_revision": [waiting, None],
        "revised_at": [since, None],
    }
