"""Time-ordered keys: `id` is a uuid7, and the time of creation is read from it."""

from __future__ import annotations

from django.db import models
from uuid_utils.compat import uuid7


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
