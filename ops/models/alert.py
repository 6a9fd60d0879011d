"""What was measured last, what is wrong, and what people did about it."""

from __future__ import annotations

from typing import Self

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Max, Min, OuterRef, Q, Subquery
from django.db.models.functions import Now

from ops.constraints import not_blank, one_of
from ops.events import history_indexes, trackers
from ops.keys import TimeOrdered
from ops.registry import AlertRule, declared


class Level(models.TextChoices):
    OK = "ok", "All is well"
    WARNING = "warning", "Warning"
    CRITICAL = "critical", "Critical"


WRONG = [(each.value, each.label) for each in (Level.WARNING, Level.CRITICAL)]


class AlertThresholdQuerySet(models.QuerySet["AlertThreshold"]):
    def with_worst(self) -> Self:
        """Adds `lowest`, `highest` and `trouble` of the last readings; None without any."""
        readings = AlertReading.objects.filter(rule=OuterRef("pk")).order_by().values("rule")
        figures = {
            "lowest": Min("value"),
            "highest": Max("value"),
            "trouble": Max("trouble"),
        }
        return self.annotate(
            **{
                name: Subquery(readings.annotate(found=figure).values("found"))
                for name, figure in figures.items()
            }
        )


@pghistory.track(
    *trackers(),
    exclude=["declared_warning", "declared_critical"],
    meta=history_indexes("alert_threshold"),
)
class AlertThreshold(models.Model):
    """Of a declared rule: what a value must not pass; null for no such state. Limits that are as
    they were declared follow the declaration when it changes.
    """

    rule = models.TextField(primary_key=True, editable=False)
    warning = models.FloatField(null=True, blank=True)
    critical = models.FloatField(null=True, blank=True)
    is_enabled = models.BooleanField("watched", default=True, db_default=True)
    # When it was looked at last.
    declared_warning = models.FloatField(null=True, editable=False)
    declared_critical = models.FloatField(null=True, editable=False)

    objects = AlertThresholdQuerySet.as_manager()

    class Meta:
        db_table = "alert_thresholds"
        verbose_name = "alert rule"
        ordering = ("rule",)
        constraints = (not_blank("rule", name="alert_rule_has_name"),)

    def __str__(self) -> str:
        rule = declared(AlertRule).get(self.rule)
        return rule.title if rule else self.rule


class AlertReading(models.Model):
    """The last value of a rule's subject; `level` knows hysteresis. Null: it could not be read,
    for the reason in `trouble`."""

    rule = models.TextField()
    subject = models.TextField(blank=True)
    value = models.FloatField(null=True)
    level = models.TextField(choices=Level)
    trouble = models.TextField(blank=True, default="")
    measured_at = models.DateTimeField()

    class Meta:
        db_table = "alert_readings"
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("rule", "subject"), name="one_reading_a_subject"),
            one_of("level", Level, name="reading_level_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.rule} {self.subject}".strip()


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> Self:
        return self.filter(resolved_at=None)

    def unacknowledged(self) -> Self:
        """Open, and nobody has said that they see to it, or that time is over."""
        until = Q(acknowledged_until=None) | Q(acknowledged_until__lte=Now())
        return self.open().filter(until)


class Alert(TimeOrdered):
    """From the moment that a subject of a rule was wrong until it was well again."""

    rule = models.TextField()
    subject = models.TextField(blank=True, default="")
    level = models.TextField(choices=WRONG)
    # A sentence, of the last check.
    message = models.TextField()
    value = models.FloatField(null=True)
    threshold = models.FloatField(null=True)
    seen_at = models.DateTimeField(db_default=Now())
    resolved_at = models.DateTimeField(null=True)
    acknowledged_until = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    objects = AlertQuerySet.as_manager()

    class Meta:
        db_table = "alerts"
        verbose_name = "alert"
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("rule", "subject"),
                name="one_open_alert_a_subject",
                condition=Q(resolved_at=None),
            ),
            models.CheckConstraint(
                condition=Q(level__in=(Level.WARNING, Level.CRITICAL)),
                name="alert_level_is_known",
            ),
        )
        indexes = (
            models.Index(fields=("rule", "-id"), name="alerts_of_a_rule"),
            models.Index(fields=("-id",), name="resolved_alerts", condition=~Q(resolved_at=None)),
        )

    def __str__(self) -> str:
        return self.message

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None


class Happening(models.TextChoices):
    OPENED = "opened", "Opened"
    WORSE = "worse", "Became critical"
    BETTER = "better", "Became a warning"
    RESOLVED = "resolved", "Resolved"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    NOTED = "noted", "Note"


class AlertEvent(TimeOrdered):
    """The history of an alert; never rewritten."""

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="events")
    kind = models.TextField(choices=Happening)
    message = models.TextField(blank=True, default="")
    note = models.TextField(blank=True, default="")
    by = models.TextField(blank=True, default="")

    class Meta:
        db_table = "alert_events"
        default_permissions = ()
        ordering = ("id",)
        constraints = (one_of("kind", Happening, name="alert_event_is_known"),)
        triggers = (
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.message}".strip()
