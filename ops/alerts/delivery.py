"""Telling people: e-mail and webhook, each a run of the ledger, which tries again."""

from __future__ import annotations

import json
import urllib.request
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage

from ops.models import AlertEvent
from ops.models.alert import Happening
from ops.runs import enqueue
from ops.work import Failed, Refused, Work

DELIVER = "deliver_alert"
TOLD = (Happening.OPENED, Happening.WORSE, Happening.RESOLVED)
# Seconds that a receiver may take.
PATIENCE = 10


def channels() -> list[str]:
    """Those that the settings name."""
    known = {"e-mail": settings.ALERT_EMAILS, "webhook": settings.ALERT_WEBHOOK_URL}
    return [name for name, address in known.items() if address]


def send(event: AlertEvent) -> None:
    """A run for each channel, so that one that fails holds up no other."""
    if event.kind in TOLD:
        for channel in channels():
            enqueue(operation=DELIVER, target=f"{event.pk}:{channel}")


def deliver(work: Work) -> str:
    """The work of the operation; its target is "event:channel". Told twice is better than never:
    a try that dies between telling and recording is repeated."""
    key, _, channel = work.target.partition(":")
    event = AlertEvent.objects.select_related("alert").filter(pk=UUID(key)).first()
    if event is None or channel not in channels():
        raise Refused("There is nobody to tell any more.")
    tell = mail if channel == "e-mail" else post
    try:
        tell(event)
    except OSError as error:  # what smtplib and urllib raise is one
        raise Failed(f"{place_of(channel)} did not take it: {error}.") from error
    return f"Told by {channel}: {event.message}"


def place_of(channel: str) -> str:
    """Without the webhook's path, which may be a secret."""
    if channel == "e-mail":
        return f"The mail server {settings.EMAIL_HOST}:{settings.EMAIL_PORT} (EMAIL_URL)"
    return f"{urlsplit(settings.ALERT_WEBHOOK_URL).hostname} (ALERT_WEBHOOK_URL)"


def mail(event: AlertEvent) -> None:
    alert = event.alert
    moment = f"{event.created_at:%Y-%m-%d %H:%M} UTC"
    lines = [event.message, "", f"{event.get_kind_display()} at {moment}"]
    if settings.SITE_URL:
        lines.append(address_of(alert.pk))
    EmailMessage(
        subject=f"[{alert.get_level_display()}] {event.get_kind_display()}: {event.message}",
        body="\n".join(lines),
        to=list(settings.ALERT_EMAILS),
    ).send()


def post(event: AlertEvent) -> None:
    """Raises URLError, or HTTPError for any answer but a 2xx."""
    request = urllib.request.Request(  # noqa: S310  # http and https only: the settings see to it
        settings.ALERT_WEBHOOK_URL,
        data=json.dumps(as_json(event)).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "Steward"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=PATIENCE):  # noqa: S310
        pass


def as_json(event: AlertEvent) -> dict[str, Any]:
    """`key` is the same for all that happens to one subject of a rule; `id` when told twice."""
    alert = event.alert
    return {
        "id": str(event.pk),
        "event": event.kind,
        "key": f"{alert.rule}:{alert.subject}",
        "rule": alert.rule,
        "subject": alert.subject,
        "level": alert.level,
        "message": event.message,
        "value": alert.value,
        "threshold": alert.threshold,
        "at": event.created_at.isoformat(),
        "url": address_of(alert.pk),
    }


def address_of(alert: UUID) -> str:
    return f"{settings.SITE_URL}/admin/ops/alert/{alert}/change/"
