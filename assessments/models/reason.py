"""Canned reasons of moderators: they fill the text to the owner and the private note."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models

from assessments.models.choices import REASONED
from ops.constraints import not_blank
from ops.events import history_indexes, trackers


@pghistory.track(*trackers(), meta=history_indexes("reason"))
class ModerationReason(models.Model):
    code = models.TextField(primary_key=True)
    label = models.TextField()
    message = models.TextField(help_text="What the owner of the profile reads.")
    note = models.TextField(
        "private note", blank=True, default="", db_default="", help_text="Only staff read it."
    )
    actions = ArrayField(
        models.TextField(), blank=True, default=list, help_text="Offered for these; none: for all."
    )
    position = models.PositiveIntegerField(default=0, db_default=0)
    is_active = models.BooleanField("active", default=True, db_default=True)

    class Meta:
        db_table = "moderation_reasons"
        ordering = ("position", "code")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[a-z0-9]+(_[a-z0-9]+)*$"),
                name="moderation_reason_code_is_plain",
                violation_error_message="A code has small letters, digits and underscores.",
            ),
            models.CheckConstraint(
                condition=models.Q(actions__contained_by=[str(action) for action in REASONED]),
                name="moderation_reason_actions_are_known",
                violation_error_message="A reason is for decisions that say why.",
            ),
            not_blank("label", name="moderation_reason_has_label"),
            not_blank("message", name="moderation_reason_has_message"),
        )

    def __str__(self) -> str:
        return self.label
