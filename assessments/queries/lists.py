"""What the lists of the admin show besides their rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Exists, Func, IntegerField, OuterRef, QuerySet, TextField

from assessments.models import AssessmentSession, Badge, ProfileEvent, PublicProfile
from assessments.models.choices import State
from ops.pages import COUNTED, bounded
from ops.together import counts_of

# So many of the newest sessions are looked through for badges that nobody described.
RECENT_SESSIONS = 1_000
BADGES = ArrayField(TextField())
# A value of the filter by state: what the queue holds.
WAITING = "waiting"


@dataclass(frozen=True)
class Tab:
    """A state, or several. `count` is of the profiles, COUNTED where `is_more`; None: not asked."""

    value: str
    label: str
    count: int | None = None
    is_more: bool = False


def state_tabs(*, counted: bool) -> list[Tab]:
    """One query, which reads no more than COUNTED + 1 entries of an index for a tab."""
    profiles = PublicProfile.objects.order_by()
    every: list[tuple[str, str, QuerySet[Any]]] = [
        ("", "All", profiles),
        (WAITING, "Waiting", profiles.awaiting_decision()),
        *((state.value, str(state.label), profiles.filter(state=state)) for state in State),
    ]
    if not counted:
        return [Tab(value, label) for value, label, _ in every]
    counts = counts_of(**{value: bounded(rows) for value, _, rows in every})
    return [
        Tab(value, label, min(counts[value], COUNTED), counts[value] > COUNTED)
        for value, label, _ in every
    ]


def deciders() -> QuerySet[User]:
    """Staff who took a decision, by login name."""
    decided = ProfileEvent.objects.filter(actor=OuterRef("pk"))
    return User.objects.filter(Exists(decided)).order_by("username")


def badge_labels() -> dict[str, str]:
    return dict(Badge.objects.values_list("code", "label"))


def with_holders(badges: QuerySet[Badge]) -> QuerySet[Badge]:
    """`holder_count`: profiles that have it, counted no further than COUNTED + 1.

    Uses index: idx_public_profiles_badges.
    """
    one = Func(OuterRef("code"), template="ARRAY[%(expressions)s]", output_field=BADGES)
    held = PublicProfile.objects.filter(badges__contains=one).order_by()[: COUNTED + 1]
    counted = Func(
        ArraySubquery(held.values("pk")), function="cardinality", output_field=IntegerField()
    )
    return badges.annotate(holder_count=counted)


def unknown_badges() -> list[str]:
    """Codes on the newest sessions that the catalogue does not describe."""
    newest = AssessmentSession.objects.order_by("-id").values_list("badges", flat=True)
    codes = {code for badges in newest[:RECENT_SESSIONS] for code in badges or ()}
    return sorted(codes - set(badge_labels()))
