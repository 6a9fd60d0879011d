"""Profiles, and what their owners and the moderators did, taken by the actions themselves.

The actions work now; each step is then put back to its day, which nothing outside of a demo may do
to an event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pgtrigger
from django.contrib.auth.models import User
from django.db import connection

from assessments import actions
from assessments.actions import Why
from assessments.demo.attempts import Person, key_of
from assessments.models import AssessmentSession, ModerationReason, ProfileEvent, PublicProfile
from assessments.models.choices import Action

# Story of the fixture → steps in turn; "edit" is the owner's, of what the line calls "revision".
STORIES = {
    "draft": "",
    "pending": "submit",
    "published": "submit publish",
    "inactive": "submit publish",
    "revised": "submit publish edit",
    "renamed": "submit publish edit publish",
    "resubmitted": "submit request_changes submit",
    "undone": "submit request_changes undo",
    "changes_requested": "submit request_changes",
    "rejected": "submit reject",
    "hidden": "submit publish hide",
    "restored": "submit publish hide restore",
    "appealed_hidden": "submit publish hide appeal",
    "appealed_rejected": "submit reject appeal",
    "upheld": "submit publish hide appeal uphold",
    "overturned": "submit publish hide appeal overturn",
    "withdrawn": "submit publish withdraw",
}
# They wait for a moderator, most of them since a few days at most.
WAITING = ("pending", "revised", "resubmitted", "undone", "appealed_hidden", "appealed_rejected")
# What the colleague decides: the demo's moderator may judge the appeals.
COLLEAGUE = (Action.REJECT, Action.HIDE)


@dataclass
class Desk:
    moderator: User
    colleague: User
    reasons: Mapping[str, ModerationReason]
    now: datetime
    # Event → when it is to have happened.
    moments: dict[UUID, datetime] = field(default_factory=dict)


def tell(person: Person, session: AssessmentSession, desk: Desk) -> None:
    """Make the profile of this person, and take the steps of its story."""
    line = person.line
    profile = actions.create_profile(
        member=person.member,
        name=line["name"],
        session=session,
        career_level=line["career_level"],
        years_experience=line["years_experience"],
        **{"email": line["email"]} | line["profile"],
    )
    steps = STORIES[line["story"]].split()
    began = last = session.completed_at or desk.now
    for step, moment in zip(steps, moments(person, len(steps), began, desk.now), strict=True):
        profile.refresh_from_db()
        if step == "edit":
            edit(profile, line["revision"], moment)
        else:
            event = take(Action(step), profile, line, desk)
            desk.moments[event.pk] = moment
            put_back(event, moment)
        last = moment
    PublicProfile.objects.filter(pk=profile.pk).update(updated_at=last)


def moments(person: Person, steps: int, began: datetime, now: datetime) -> list[datetime]:
    """When each step was taken: evenly up to the last, and after `began`."""
    random = person.random
    if person.line["story"] in WAITING:
        last = now - timedelta(minutes=15 + random.expovariate(1 / 2500))
    else:
        last = began + (now - began) * random.uniform(0.3, 0.95)
    last = max(last, began + (now - began) / 2)
    gap = min((last - began) / (steps + 1), timedelta(hours=random.uniform(2, 60)))
    return [last - gap * left for left in reversed(range(steps))]


def edit(profile: PublicProfile, revision: Mapping[str, Any], moment: datetime) -> None:
    """Of what is published: it waits."""
    profiles = PublicProfile.objects.filter(pk=profile.pk)
    profiles.update(**revision)
    profiles.update(revised_at=moment)


def take(
    action: Action, profile: PublicProfile, line: Mapping[str, Any], desk: Desk
) -> ProfileEvent:
    user = desk.colleague if action in COLLEAGUE else desk.moderator
    step: dict[str, Any] = {"profile": profile, "version": profile.version, "user": user}
    why = Why(desk.reasons.get(line.get("reason", "")))
    match action:
        case Action.SUBMIT:
            actions.submit_profile(profile=profile)
        case Action.WITHDRAW:
            actions.withdraw_profile(profile=profile)
        case Action.APPEAL:
            actions.appeal_decision(profile=profile, message=line["appeal"])
        case Action.PUBLISH:
            actions.publish_profile(**step)
        case Action.RESTORE:
            actions.restore_profile(**step)
        case Action.REQUEST_CHANGES:
            actions.request_changes(**step, why=why)
        case Action.REJECT:
            actions.reject_profile(**step, why=why)
        case Action.HIDE:
            actions.hide_profile(**step, why=why)
        case Action.UPHOLD:
            actions.uphold_decision(**step, why=Why(desk.reasons["decision_stands"]))
        case Action.OVERTURN:
            actions.overturn_decision(**step, why=Why(desk.reasons["decision_was_wrong"]))
        case Action.UNDO:
            actions.undo_decision(event=profile.events.latest("version"), user=user)
    return profile.events.latest("version")


def put_back(event: ProfileEvent, moment: datetime) -> None:
    """What the profile says of the step."""
    profiles = PublicProfile.objects.filter(pk=event.profile_id)
    if event.action in (Action.SUBMIT, Action.APPEAL):
        profiles.update(submitted_at=moment)
    elif event.action == Action.PUBLISH:
        profiles.update(published_at=moment)


def put_events_back(moments: Mapping[UUID, datetime]) -> None:
    """An event's time is in its key."""
    keys = {old: key_of(moment) for old, moment in moments.items()}
    with (
        pgtrigger.ignore("assessments.ProfileEvent:append_only"),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            """
            WITH known AS MATERIALIZED (
                SELECT * FROM unnest(%s::uuid[], %s::uuid[]) AS key (earlier, later)
            )
            UPDATE public.profile_events AS e SET
                id = known.later,
                undoes_id = (SELECT u.later FROM known AS u WHERE u.earlier = e.undoes_id)
            FROM known WHERE e.id = known.earlier
            """,
            [list(keys), list(keys.values())],
        )
