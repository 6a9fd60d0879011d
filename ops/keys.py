"""Time-ordered keys: `id` is a uuid7, and the time of creation is read from it."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7


def key_of(text: str | None) -> int | None:
    """A whole number out of an address; None for what no column of keys could hold."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else None


class TimeOrdered(models.Model):
    """Gives `id` (uuid7, from Python or from the database alike) and `created_at` (from `id`)."""

    id = models.UUIDField(
        primary_key=True,
        editable=False,
        # Both: with the database's default alone, inlines on an add page have no parent key.
        default=uuid7,
        db_default=models.Func(function="uuidv7"),
    )
    created_at = models.GeneratedField(
        expression=models.Func("id", function="uuid_extract_timestamp"),
        output_field=models.DateTimeField(),
        db_persist=True,
    )

    class Meta:
        abstract = True


def made_between(first: datetime | None, before: datetime | None) -> models.Q:
    """Rows made in [first, before), None for no bound; a range of the key, which prunes."""
    bounds = {"id__gte": first, "id__lt": before}
    return models.Q(**{name: key_floor(bound) for name, bound in bounds.items() if bound})


def key_floor(moment: datetime) -> models.Func:
    value = models.Value(moment, models.DateTimeField())
    return models.Func(value, function="public.uuid_floor", output_field=models.UUIDField())


def midnight(day: date) -> datetime:
    """At which the day begins, in the person's zone."""
    return timezone.make_aware(datetime.combine(day, time()))
