"""What members do, for analytics: raw for 90 days, then a count a day."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, Value

from assessments.models import Member
from ops.constraints import at_most, plain_json
from ops.keys import TimeOrdered

ACTION_FORM = r"^[a-z][a-z0-9_.]{0,59}$"


class UserInteraction(TimeOrdered):
    """Partitioned by month. No constraint on the member: half a million rows a day."""

    user = models.ForeignKey(
        Member,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name="member",
    )
    action_type = models.TextField("action")
    entity_type = models.TextField(blank=True, default="", db_default="")
    entity_id = models.TextField(blank=True, default="", db_default="")
    details = models.JSONField(blank=True, default=dict, db_default=Value({}, models.JSONField()))

    class Meta:
        db_table = "user_interactions"
        ordering = ("-id",)
        default_permissions = ("view",)
        constraints = (
            models.CheckConstraint(
                condition=Q(action_type__regex=ACTION_FORM),
                name="interaction_action_is_a_code",
                violation_error_message="An action is a code such as question_viewed.",
            ),
            plain_json("details", 8_000, name="interaction_details_are_small"),
            at_most("entity_type", 100, name="interaction_entity_type_is_short"),
            at_most("entity_id", 200, name="interaction_entity_id_is_short"),
        )
        indexes = (models.Index(fields=("user", "-id"), name="interaction_of_member"),)

    def __str__(self) -> str:
        return self.action_type


class InteractionSummary(models.Model):
    """(member, action, day) → count; the days are UTC's."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        Member,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name="member",
    )
    action_type = models.TextField("action")
    date = models.DateField("day (UTC)")
    count = models.PositiveIntegerField("times")

    class Meta:
        db_table = "user_interaction_summary"
        verbose_name = "day of interactions"
        verbose_name_plural = "interactions by day"
        ordering = ("-date", "-id")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                fields=("user", "action_type", "date"), name="interactions_of_a_day_count_once"
            ),
        )
        indexes = (
            # The list, newest day first; and of one action.
            models.Index(fields=("date", "id"), name="interaction_summary_by_day"),
            models.Index(
                fields=("action_type", "date", "id"), name="interaction_summary_of_action"
            ),
        )

    def __str__(self) -> str:
        return f"{self.action_type} {self.date}"
