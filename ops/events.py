"""The base of every history table: pghistory's, with a key that does not run out."""

from __future__ import annotations

import pghistory
from django.db import models
from pghistory.models import Event as BaseEvent


class Event(BaseEvent):  # type: ignore[misc]  # untyped base
    pgh_id = models.BigAutoField(primary_key=True)

    class Meta:
        abstract = True


def trackers() -> tuple[pghistory.Tracker, ...]:
    """What every history records: made, changed (only when a tracked field changed), gone."""
    return pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()
