"""What waits, as every page says it: beside the queue in the sidebar, and the bell."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from assessments.models import PublicProfile
from ops.models import Alert
from ops.together import counts_of

MOST = 99


def attention_of(request: HttpRequest) -> dict[str, int]:
    """ "profiles" and "alerts", for who may see to them; counted to little above MOST."""
    asked: dict[str, QuerySet[Any]] = {}
    if request.user.has_perm("assessments.moderate_publicprofile"):
        submitted, edited = PublicProfile.objects.waiting_in_order()
        asked |= {"submitted": submitted[: MOST + 1], "edited": edited[: MOST + 1]}
    if request.user.has_perm("ops.view_alert"):
        asked["alerts"] = Alert.objects.unacknowledged()[: MOST + 1]
    found = counts_of(**asked)
    if "submitted" in found:
        found["profiles"] = found.pop("submitted") + found.pop("edited")
    return found


def in_words(count: int) -> str:
    return f"{MOST}+" if count > MOST else str(count)
