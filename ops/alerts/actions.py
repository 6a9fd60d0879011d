"""What people do about alerts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from ops.audit import recorded
from ops.models import Alert, AlertEvent
from ops.models.alert import Happening
from ops.work import Refused

SPANS = {
    "1h": ("an hour", timedelta(hours=1)),
    "1d": ("a day", timedelta(days=1)),
    "7d": ("a week", timedelta(days=7)),
}


@recorded("alert", action="acknowledge_alert")
def acknowledge(*, alert: Alert, span: str, note: str, user: Any) -> str:
    """Somebody sees to it: it is not counted until that time is over, or it becomes worse."""
    words, length = SPANS[span] if span in SPANS else (None, timedelta())
    if words is None:
        raise Refused("Choose for how long: an hour, a day or a week.")
    found = locked(alert)
    found.acknowledged_until = timezone.now() + length
    found.acknowledged_by = user
    found.save(update_fields=["acknowledged_until", "acknowledged_by"])
    write(found, Happening.ACKNOWLEDGED, note or f"For {words}", user)
    return f"Acknowledged for {words}."


@recorded("alert", action="note_alert")
def add_note(*, alert: Alert, note: str, user: Any) -> str:
    if not note.strip():
        raise Refused("Write a note first.")
    write(alert, Happening.NOTED, note, user)
    return "Noted."


def locked(alert: Alert) -> Alert:
    found = Alert.objects.select_for_update(of=("self",)).open().filter(pk=alert.pk).first()
    if found is None:
        raise Refused("This alert was resolved meanwhile: there is nothing to acknowledge.")
    return found


@transaction.atomic
def write(alert: Alert, kind: Happening, note: str, user: Any) -> None:
    AlertEvent.objects.create(
        alert=alert, kind=kind, message=alert.message, note=note.strip(), by=user.get_username()
    )
