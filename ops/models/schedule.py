"""Schedules that were met, and each of their ticks."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Func, OuterRef, Subquery

from ops.constraints import one_of
from ops.models.run import Run


class ScheduleQuerySet(models.QuerySet["ScheduleState"]):
    def with_last_tick(self) -> Self:
        """Adds `last_moment`, `last_run` (a key) and `last_outcome`; None before the first tick."""
        # Uses index: one_tick_for_schedule_and_moment, one entry a schedule.
        last = ScheduleTick.objects.filter(schedule=OuterRef("pk")).order_by("-run_at")
        return self.annotate(
            last_moment=Subquery(last.values("run_at")[:1]),
            last_run=Subquery(last.values("run")[:1]),
            last_outcome=Subquery(last.values("outcome")[:1]),
        )


class ScheduleState(models.Model):
    """On or off; the rest of a schedule is declared in code."""

    name = models.TextField(primary_key=True)
    is_enabled = models.BooleanField("on", default=True)
    # Moments before it were never missed: the schedule was not there yet, or it was off.
    since = models.DateTimeField(db_default=Func(function="now"))

    objects = ScheduleQuerySet.as_manager()

    # Where the query asked for them.
    last_moment: datetime | None
    last_run: UUID | None
    last_outcome: str | None

    class Meta:
        db_table = "ops_schedules"
        verbose_name = "schedule"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Outcome(models.TextChoices):
    STARTED = "started", "Started a run"
    JOINED = "joined", "Found one running"
    SKIPPED = "skipped", "Came too late"


class ScheduleTick(models.Model):
    """One moment of a schedule, dealt with. Two tickers make one row, and so one run."""

    schedule = models.ForeignKey(
        ScheduleState, models.CASCADE, db_index=False, related_name="ticks"
    )
    run_at = models.DateTimeField()
    outcome = models.TextField(choices=Outcome, default=Outcome.STARTED)
    run = models.ForeignKey(Run, models.CASCADE, null=True, related_name="ticks")

    class Meta:
        db_table = "ops_schedule_ticks"
        constraints = (
            models.UniqueConstraint(
                fields=("schedule", "run_at"), name="one_tick_for_schedule_and_moment"
            ),
            one_of("outcome", Outcome, name="tick_outcome_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.run_at:%Y-%m-%d %H:%M}"
