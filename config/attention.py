"""What waits, as every page says it: beside the queue in the sidebar, and the bell."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import router
from django.db.models import QuerySet
from django.http import HttpRequest

from assessments.models import PublicProfile
from ops.models import Alert
from ops.together import Sql, answer, counting

MOST = 99


def attention_of(request: HttpRequest) -> dict[str, int]:
    """ "profiles" and "alerts", for who may see to them; counted to little above MOST."""
    moderates = request.user.has_perm("assessments.moderate_publicprofile")
    names, query = question(moderates, request.user.has_perm("ops.view_alert"))
    # Where this request reads: a replica may be gone, or back.
    found = answer(names, router.db_for_read(PublicProfile), query) if names else {}
    if moderates:
        found["profiles"] = found.pop("submitted") + found.pop("edited")
    return found


@cache
def question(profiles: bool, alerts: bool) -> tuple[tuple[str, ...], Sql]:
    """Made once: each page asks it."""
    asked: dict[str, QuerySet[Any]] = {}
    if profiles:
        submitted, edited = PublicProfile.objects.waiting_in_order()
        asked |= {"submitted": submitted[: MOST + 1], "edited": edited[: MOST + 1]}
    if alerts:
        asked["alerts"] = Alert.objects.unacknowledged()[: MOST + 1]
    return tuple(asked), counting(asked)[1] if asked else ("", ())


def in_words(count: int) -> str:
    return f"{MOST}+" if count > MOST else str(count)
