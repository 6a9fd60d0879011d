"""Who looks at what: one claim a moderator, for CLAIM_MINUTES, held by the database.

A claim is a courtesy, no lock: it expires, anybody may take it over, and the version that a
decision names still decides. Rows are locked in the order of their keys, so that two moderators who
take over each other's items do not deadlock.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from assessments.models import PublicProfile
from assessments.moderation.waiting import Place, Wanted, behind, judged_by, waiting
from assessments.querysets import ProfileQuerySet

CLAIM_MINUTES = 15


def free() -> Q:
    return Q(claimed_by__isnull=True) | Q(claimed_until__lte=Now())


def claim_profile(*, key: UUID, user: Any, take_over: bool = False) -> bool:
    """Whether it is theirs now; their other claims end. With `take_over` even another's."""
    with transaction.atomic():
        locked = PublicProfile.objects.filter(Q(pk=key) | Q(claimed_by=user.pk))
        list(locked.order_by("pk").select_for_update(no_key=True).values_list("pk"))
        wanted = PublicProfile.objects.awaiting_decision().filter(pk=key)
        if not take_over:
            wanted = wanted.filter(free() | Q(claimed_by=user.pk))
        taken = hold(wanted, user)
        if taken:
            release_claims(user=user, but=key)
    return taken


def claim_next(*, user: Any, wanted: Wanted, after: Place | None = None) -> UUID | None:
    """The next free item behind `after`, else the first; None when nothing is free.

    Two at once get two different items: rows that somebody else is just taking are skipped.
    """
    with transaction.atomic():
        release_claims(user=user)
        queue = judged_by(user, waiting(user, Wanted(wanted.kind), now=timezone.now()))
        queue = queue.filter(free()).only("pk")
        queue = queue.select_for_update(skip_locked=True, no_key=True, of=("self",))
        found = queue.filter(behind(after)).first() if after else None
        if found is None:
            found = queue.exclude(pk=after.key if after else None).first()
        if found:
            hold(PublicProfile.objects.filter(pk=found.pk), user)
    return found.pk if found else None


def hold(profiles: ProfileQuerySet, user: Any) -> bool:
    until = Now() + timedelta(minutes=CLAIM_MINUTES)
    return bool(profiles.update(claimed_by=user.pk, claimed_until=until))


def release_claims(*, user: Any, but: UUID | None = None) -> int:
    """Uses index: profile_claims."""
    mine = PublicProfile.objects.filter(claimed_by=user.pk).exclude(pk=but)
    return mine.update(claimed_by=None, claimed_until=None)
