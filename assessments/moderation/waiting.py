"""What waits for a decision, and in which order.

Whatever waits for longer than LATE comes first, oldest at the top, so that nothing starves. Then
appeals, because somebody disputes what we did; submissions, of which nothing is public yet; and
edits of what was approved, whose approved version is there meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    IntegerField,
    JSONField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, JSONObject

from assessments.models import ProfileEvent, PublicProfile
from assessments.models.choices import REVERSIBLE, Action, State
from assessments.querysets import ProfileQuerySet

DUE = timedelta(hours=24)
LATE = timedelta(hours=48)
PAGE = 50
KINDS = {"appeal": "Appeals", "submission": "Submissions", "edit": "Edits"}
HOLDERS = {"free": "Unclaimed", "mine": "Mine"}
# What was decided last → how a submission came back.
AGAIN: dict[str, str] = {
    Action.REQUEST_CHANGES: "Resubmitted after changes",
    Action.REJECT: "Resubmitted after a rejection",
    Action.UPHOLD: "Resubmitted after a rejection",
}


@dataclass(frozen=True)
class Wanted:
    """The queue's filters; empty for everything."""

    kind: str = ""
    holder: str = ""


EVERYTHING = Wanted()
# Columns that owners edit, in a word.
LABELS = {
    "profile_slug": "slug",
    "public_summary": "summary",
    "self_description": "description",
    "video_url": "video",
}


@dataclass(frozen=True, order=True)
class Place:
    """Of an item in the queue."""

    urgency: int
    since: datetime
    key: UUID


@dataclass(frozen=True)
class Claim:
    """Who looks at an item now. `minutes` are left."""

    user_id: int
    name: str
    minutes: int


@dataclass(frozen=True)
class Row:
    key: UUID
    name: str
    kind: str
    why: str
    since: datetime
    age: str
    is_due: bool
    is_late: bool
    claim: Claim | None


def waiting(user: Any, wanted: Wanted = EVERYTHING, *, now: datetime) -> ProfileQuerySet:
    """In the order of the queue, with `urgency` and `since`."""
    found: Any = PublicProfile.objects.awaiting_decision()
    found = found.annotate(since=since()).annotate(urgency=urgency(now))
    if wanted.kind:
        found = found.filter(of_kind(wanted.kind))
    if wanted.holder == "mine":
        found = found.filter(held_by(user, now))
    elif wanted.holder == "free":
        found = found.exclude(held(now))
    ordered: ProfileQuerySet = found.order_by("urgency", "since", "user_id")
    return ordered


def since() -> Coalesce:
    submitted = When(state__in=(State.PENDING, State.APPEALED), then=F("submitted_at"))
    return Coalesce(Case(submitted, default=F("revised_at")), F("updated_at"))


def urgency(now: datetime) -> Case:
    return Case(
        When(since__lt=now - LATE, then=Value(0)),
        When(state=State.APPEALED, then=Value(1)),
        When(state=State.PENDING, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )


def of_kind(kind: str) -> Q:
    states = {"appeal": State.APPEALED, "submission": State.PENDING}
    return Q(state=states[kind]) if kind in states else ~Q(state__in=states.values())


def held(now: datetime) -> Q:
    return Q(claimed_by__isnull=False, claimed_until__gt=now)


def held_by(user: Any, now: datetime) -> Q:
    return Q(claimed_by=user.pk, claimed_until__gt=now)


def place_of(profile: Any) -> Place:
    """Of a profile that `waiting` gave."""
    return Place(profile.urgency, profile.since, profile.pk)


def behind(place: Place) -> Q:
    return (
        Q(urgency__gt=place.urgency)
        | Q(urgency=place.urgency, since__gt=place.since)
        | Q(urgency=place.urgency, since=place.since, user__gt=place.key)
    )


def last_decisions(profile: Any) -> Any:
    """The moderators' decisions on a profile that hold, newest first.

    Uses index: profile_event_history.
    """
    return (
        ProfileEvent.objects.filter(profile=profile, action__in=REVERSIBLE, undone_by__isnull=True)
        .exclude(from_state=F("to_state"))
        .order_by("-id")
    )


def judged_by(user: Any, found: ProfileQuerySet) -> ProfileQuerySet:
    """Without appeals against what this person decided: somebody else judges those."""
    decider = Subquery(last_decisions(OuterRef("pk")).values("actor_id")[:1])
    appealed = When(state=State.APPEALED, then=decider)
    # 0 is nobody: an unknown would be excluded, too.
    case = Case(appealed, default=Value(0), output_field=BigIntegerField())
    return found.annotate(decider=Coalesce(case, 0)).exclude(decider=user.pk)


def counts(user: Any, wanted: Wanted, now: datetime) -> dict[str, int]:
    """Of each filter beside the other one, and of what is late in all."""
    kind = of_kind(wanted.kind) if wanted.kind else Q()
    holder = {"free": ~held(now), "mine": held_by(user, now)}
    chosen = holder.get(wanted.holder, Q())
    return waiting(user, now=now).aggregate(
        all=Count("pk"),
        shown=Count("pk", filter=kind & chosen),
        any_kind=Count("pk", filter=chosen),
        **{each: Count("pk", filter=of_kind(each) & chosen) for each in KINDS},
        any_holder=Count("pk", filter=kind),
        **{each: Count("pk", filter=kind & condition) for each, condition in holder.items()},
        late=Count("pk", filter=Q(urgency=0)),
    )


def page_of(user: Any, wanted: Wanted, now: datetime, place: Place) -> int:
    """The page of the queue on which an item stands."""
    before = waiting(user, wanted, now=now).exclude(behind(place)).exclude(pk=place.key)
    return before.count() // PAGE


def rows(user: Any, wanted: Wanted, now: datetime, page: int) -> list[Row]:
    """One page of the queue. One query, however many rows."""
    decision = last_decisions(OuterRef("pk")).values(
        decision=JSONObject(action="action", actor="actor_name")
    )
    submitted = When(state__in=(State.PENDING, State.APPEALED), then=Subquery(decision[:1]))
    found = (
        waiting(user, wanted, now=now)
        .select_related("claimed_by")
        .annotate(decision=Case(submitted, default=None, output_field=JSONField()))
        .only("name", "state", "pending_revision", "claimed_until", "claimed_by__username")
    )
    return [row_of(profile, now) for profile in found[page * PAGE : (page + 1) * PAGE]]


def row_of(profile: Any, now: datetime) -> Row:
    return Row(
        key=profile.pk,
        name=profile.name,
        kind=kind_of(profile),
        why=why(profile),
        since=profile.since,
        age=age(profile.since, now),
        is_due=profile.since < now - DUE,
        is_late=profile.since < now - LATE,
        claim=claim_on(profile, now),
    )


def kind_of(profile: Any) -> str:
    return {State.APPEALED: "appeal", State.PENDING: "submission"}.get(profile.state, "edit")


def why(profile: Any) -> str:
    """Why it is in the queue; `decision` is what moderators decided last, if they did."""
    decision = profile.decision or {}
    if profile.state == State.APPEALED:
        what = "rejection" if decision.get("action") == Action.REJECT else "hiding"
        by = f" by {decision['actor']}" if decision.get("actor") else ""
        return f"Appeals the {what}{by}"
    if profile.state == State.PENDING:
        again = "Submitted again" if decision else "Submitted"
        return AGAIN.get(decision.get("action", ""), again)
    fields = ", ".join(label_of(name) for name in profile.pending_revision or ())
    return f"Edit of a published profile: {fields}"


def label_of(column: str) -> str:
    return LABELS.get(column, column)


def claim_on(profile: Any, now: datetime) -> Claim | None:
    """None once it expired."""
    until = profile.claimed_until
    if profile.claimed_by is None or until is None or until <= now:
        return None
    minutes = ceil((until - now).total_seconds() / 60)
    return Claim(profile.claimed_by_id, profile.claimed_by.get_username(), minutes)


def age(since: datetime, now: datetime) -> str:
    """In the largest unit that fits: 3 h."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    for size, unit in ((24 * 60, "d"), (60, "h")):
        if minutes >= size * 2 or (unit == "h" and minutes >= size):
            return f"{minutes // size} {unit}"
    return f"{minutes} min" if minutes else "a moment"
