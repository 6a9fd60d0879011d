"""The catalogue behind the badge arrays."""

from __future__ import annotations

import pghistory
from django.db import models

from ops.constraints import not_blank
from ops.events import history_indexes, trackers


@pghistory.track(*trackers(), meta=history_indexes("badge"))
class Badge(models.Model):
    code = models.TextField(primary_key=True)
    label = models.TextField()
    description = models.TextField(blank=True, default="", db_default="")
    criteria = models.JSONField(blank=True, default=dict, db_default={})

    class Meta:
        db_table = "badges"
        ordering = ("label", "code")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[a-z0-9]+(_[a-z0-9]+)*$"),
                name="badge_code_is_plain",
                violation_error_message="A code has small letters, digits and underscores.",
            ),
            not_blank("label", name="badge_has_label"),
        )

    def __str__(self) -> str:
        return self.label
