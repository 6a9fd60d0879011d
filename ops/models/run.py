"""The run ledger: everything long or dangerous is a row here, made before anything starts."""

from __future__ import annotations

from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now

from ops.constraints import not_blank, one_of
from ops.keys import TimeOrdered


class Status(models.TextChoices):
    PENDING = "pending", "Waiting"
    PROCESSING = "processing", "Running"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Priority(models.TextChoices):
    HIGH = "high", "High"
    NORMAL = "normal", "Normal"
    LOW = "low", "Low"


ACTIVE = (Status.PENDING, Status.PROCESSING)
# Back to pending: a try that failed and is repeated, or one whose worker died.
STATUS_FLOW = [
    (Status.PENDING.value, Status.PROCESSING.value),
    (Status.PENDING.value, Status.CANCELLED.value),
    (Status.PROCESSING.value, Status.PENDING.value),
    (Status.PROCESSING.value, Status.COMPLETED.value),
    (Status.PROCESSING.value, Status.FAILED.value),
    (Status.PROCESSING.value, Status.CANCELLED.value),
]


class RunQuerySet(models.QuerySet["Run"]):
    def active(self) -> Self:
        return self.filter(status__in=ACTIVE)

    def due(self) -> Self:
        """Waiting, and not for another try's time."""
        # Uses index: run_list, for the rank.
        waiting = self.filter(status=Status.PENDING, rank=1)
        return waiting.filter(Q(next_retry_at=None) | Q(next_retry_at__lte=Now()))

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """All of them for those who may see all; otherwise the person's own."""
        if getattr(user, "has_perm", lambda _: False)("ops.view_run"):
            return self
        return self.filter(requested_by=user.pk)


class Run(TimeOrdered):
    operation = models.TextField()
    target = models.TextField(blank=True, default="")
    parameters = models.JSONField(blank=True, default=dict, encoder=DjangoJSONEncoder)
    # Null for the system; the name stays when the account goes.
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
    )
    requested_by_name = models.TextField(blank=True, default="")
    # The schedule that started it, if one did.
    schedule = models.TextField(blank=True, default="")
    priority = models.TextField(choices=Priority, default=Priority.NORMAL)
    status = models.TextField(choices=Status, default=Status.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=3)
    next_retry_at = models.DateTimeField(null=True, blank=True)
    progress_done = models.PositiveBigIntegerField(null=True, blank=True)
    progress_total = models.PositiveBigIntegerField(null=True, blank=True)
    progress_note = models.TextField(blank=True, default="")
    # A sentence for a person, and figures for screens.
    result = models.TextField(blank=True, default="")
    figures = models.JSONField(blank=True, default=dict, encoder=DjangoJSONEncoder)
    error = models.TextField(blank=True, default="")
    # Of the try that runs, or that ran last.
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    # Running before waiting before ended: the order of the list.
    rank = models.GeneratedField(
        expression=Case(
            When(status=Status.PROCESSING, then=Value(2)),
            When(status=Status.PENDING, then=Value(1)),
            default=Value(0),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )

    objects = RunQuerySet.as_manager()

    class Meta:
        db_table = "ops_run"
        ordering = ("-rank", "-id")
        permissions = (("view_own_run", "Can view own runs"),)
        constraints = (
            not_blank("operation", name="run_has_operation"),
            one_of("status", Status, name="run_status_is_known"),
            one_of("priority", Priority, name="run_priority_is_known"),
            models.UniqueConstraint(
                fields=("operation", "target"),
                name="one_active_run_for_operation_and_target",
                condition=Q(status__in=ACTIVE),
                violation_error_message="It is running already.",
            ),
            models.CheckConstraint(
                condition=Q(attempts__lte=F("max_attempts")), name="run_tries_are_limited"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, status__in=ACTIVE)
                | Q(finished_at__isnull=False) & ~Q(status__in=ACTIVE),
                name="run_that_ended_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.PROCESSING)
                | Q(started_at__isnull=False, heartbeat_at__isnull=False),
                name="run_that_works_has_a_heartbeat",
            ),
            models.CheckConstraint(
                condition=Q(next_retry_at__isnull=True) | Q(status=Status.PENDING),
                name="only_a_waiting_run_is_tried_again",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.FAILED) | ~Q(error=""), name="failed_run_says_why"
            ),
            models.CheckConstraint(
                condition=Q(progress_done__isnull=True)
                | Q(progress_total__isnull=True)
                | Q(progress_done__lte=F("progress_total")),
                name="run_progress_stays_within_total",
            ),
        )
        indexes = (
            # The list, keyset by (rank, id); also the poller and the reaper, which read rank > 0.
            models.Index(fields=("-rank", "-id"), name="run_list"),
            # The list by operation; last runs of a view, a partition, a schedule.
            models.Index(fields=("operation", "target", "-id"), name="run_by_operation"),
            # Own runs.
            models.Index(
                fields=("requested_by", "-rank", "-id"),
                name="run_by_person",
                condition=Q(requested_by__isnull=False),
            ),
        )
        triggers = (
            pgtrigger.FSM(name="status_flow", field="status", transitions=STATUS_FLOW),
            pgtrigger.ReadOnly(
                name="order_stays",
                fields=["operation", "target", "parameters", "requested_by_name", "schedule"],
            ),
            pgtrigger.Protect(
                name="active_run_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__status__in=[status.value for status in ACTIVE]),
            ),
            pgtrigger.Trigger(
                name="record_state",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("status", "cancel_requested_at"),
                when=pgtrigger.After,
                func="""
                    IF TG_OP = 'INSERT'
                        OR OLD.status IS DISTINCT FROM NEW.status
                        OR OLD.cancel_requested_at IS DISTINCT FROM NEW.cancel_requested_at
                    THEN
                        INSERT INTO public.ops_run_events
                            (run_id, status, attempts, cancelling, note, next_retry_at)
                        VALUES (
                            NEW.id, NEW.status, NEW.attempts,
                            NEW.cancel_requested_at IS NOT NULL,
                            CASE NEW.status
                                WHEN 'completed' THEN NEW.result
                                WHEN 'processing' THEN ''
                                ELSE NEW.error
                            END,
                            NEW.next_retry_at
                        );
                    END IF;
                    RETURN NULL;
                """,
            ),
        )

    def __str__(self) -> str:
        return f"{self.operation} {self.target}".strip()

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE


class RunEvent(TimeOrdered):
    """One change of a run's state; written by the ledger's trigger alone."""

    # The database's own cascade (migration): events go with their run, and not before.
    run = models.ForeignKey(Run, models.DO_NOTHING, related_name="events", db_constraint=False)
    status = models.TextField(choices=Status)
    attempts = models.PositiveIntegerField()
    cancelling = models.BooleanField()
    note = models.TextField()
    next_retry_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ops_run_events"
        ordering = ("id",)
        triggers = (
            pgtrigger.Trigger(
                name="append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF TG_OP = 'DELETE' AND NOT EXISTS (
                        SELECT FROM public.ops_run WHERE id = OLD.run_id
                    ) THEN
                        RETURN OLD;
                    END IF;
                    RAISE EXCEPTION 'Events of runs are append-only: % is not allowed.', TG_OP;
                """,
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id} {self.status}"
