"""From what a moderator chose on the item's page to the action that does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from assessments import actions
from assessments.actions import Refused, Why
from assessments.models import ModerationReason, ProfileEvent, PublicProfile
from assessments.models.choices import REASONED, Action, State
from assessments.moderation.waiting import claim_on

DECIDE: dict[Action, Any] = {
    Action.REQUEST_CHANGES: actions.request_changes,
    Action.REJECT: actions.reject_profile,
    Action.HIDE: actions.hide_profile,
    Action.UPHOLD: actions.uphold_decision,
    Action.OVERTURN: actions.overturn_decision,
    Action.PUBLISH: actions.publish_profile,
    Action.RESTORE: actions.restore_profile,
}
KEYS = {
    Action.PUBLISH: "p",
    Action.RESTORE: "p",
    Action.REQUEST_CHANGES: "c",
    Action.REJECT: "r",
    Action.HIDE: "h",
    Action.UPHOLD: "u",
    Action.OVERTURN: "o",
}
OFFERED = {
    State.PENDING: (Action.PUBLISH, Action.REQUEST_CHANGES, Action.REJECT),
    State.PUBLISHED: (Action.HIDE,),
    State.HIDDEN: (Action.RESTORE,),
    State.APPEALED: (Action.OVERTURN, Action.UPHOLD),
}
# Of an edit that waits, under labels that say that only the edit is decided on.
EDITED = {
    Action.PUBLISH: "Publish the edit",
    Action.REQUEST_CHANGES: "Request changes",
    Action.REJECT: "Reject the edit",
}
# What was done, for the one who did it.
DONE = {
    Action.PUBLISH: "Published",
    Action.REQUEST_CHANGES: "Asked for changes",
    Action.REJECT: "Rejected",
    Action.HIDE: "Hidden",
    Action.RESTORE: "Restored",
    Action.UPHOLD: "Upheld the decision",
    Action.OVERTURN: "Overturned the decision",
}


class Held(Refused):
    """Somebody else looks at it."""


@dataclass(frozen=True)
class Choice:
    """A button of the item's page; `reasons` are the codes that it offers."""

    action: Action
    label: str
    key: str
    needs_reason: bool
    reasons: Sequence[ModerationReason]


def choices_for(profile: PublicProfile, reasons: Sequence[ModerationReason]) -> list[Choice]:
    """What the profile's state allows."""
    state = State(profile.state)
    edited = profile.pending_revision is not None and state == State.PUBLISHED
    labels = (EDITED if edited else {}) | {
        action: action.label for action in OFFERED.get(state, ())
    }
    return [
        Choice(
            action=action,
            label=str(label),
            key=KEYS[action],
            needs_reason=action in REASONED,
            reasons=offered_for(action, reasons),
        )
        for action, label in labels.items()
    ]


def offered_for(action: Action, reasons: Sequence[ModerationReason]) -> list[ModerationReason]:
    if action not in REASONED:
        return []
    return [each for each in reasons if action in each.actions or not each.actions]


def decide(
    *,
    key: UUID,
    action: Action,
    version: int,
    user: Any,
    why: Why = actions.NOTHING_TO_SAY,
) -> ProfileEvent:
    """Raises Held, Stale or Refused; the profile then stays as it is."""
    with transaction.atomic():
        locked = PublicProfile.objects.select_for_update(no_key=True, of=("self",))
        profile = locked.select_related("claimed_by").get(pk=key)
        claim = claim_on(profile, timezone.now())
        if claim and claim.user_id != user.pk:
            raise Held(f"{claim.name} looks at it. Take it over first.")
        given: dict[str, Any] = {"profile": profile, "version": version, "user": user}
        if action in REASONED:
            if why.reason is None:
                raise Refused("Choose a reason.")
            if offered_for(action, [why.reason]) == []:
                raise Refused(f"“{why.reason.label}” is no reason for that.")
            given["why"] = why
        event: ProfileEvent = DECIDE[action](**given)
    return event
