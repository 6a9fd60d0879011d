"""The base of every history table: pghistory's, with one order over all of them.

A migration that makes a history table depends on ("ops", "0005_history").
"""

from __future__ import annotations

from typing import Any

import pghistory
from django.db import models
from pghistory.models import Event as BaseEvent


class Event(BaseEvent):  # type: ignore[misc]  # untyped base
    # One sequence for all history tables: the order of events holds across them, where
    # `pgh_created_at` is only the start of the transaction.
    pgh_id = models.BigIntegerField(
        primary_key=True,
        db_default=models.Func(models.Value("public.history_event_ids"), function="nextval"),
    )

    class Meta:
        abstract = True


def trackers() -> tuple[pghistory.Tracker, ...]:
    """What every history records: made, changed (only when a tracked field changed), gone."""
    return pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()


def history_indexes(name: str) -> dict[str, Any]:
    """`meta` of a history table: the few rows that lists look for among many."""
    return {
        "indexes": [
            # The page of deleted objects.
            models.Index(
                fields=["-pgh_id"],
                name=f"{name}_events_gone",
                condition=models.Q(pgh_label="delete"),
            ),
            # Recent changes that nobody signed, grouped by transaction.
            models.Index(
                fields=["-pgh_created_at"],
                name=f"{name}_unsigned",
                condition=models.Q(pgh_context__isnull=True),
            ),
        ]
    }
