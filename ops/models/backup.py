"""The ledger of backups: one row for each dump that was begun, and what its drill found."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from ops.constraints import not_blank, one_of
from ops.keys import TimeOrdered


class BackupState(models.TextChoices):
    WRITING = "writing", "Being written"
    KEPT = "kept", "Kept"
    FAILED = "failed", "Failed"
    DELETED = "deleted", "Deleted"


class Verdict(models.TextChoices):
    UNTRIED = "untried", "Not tried yet"
    RESTORED = "restored", "Restored"
    BROKEN = "broken", "Did not restore"


STATE_FLOW = [
    (BackupState.WRITING.value, BackupState.KEPT.value),
    (BackupState.WRITING.value, BackupState.FAILED.value),
    (BackupState.KEPT.value, BackupState.DELETED.value),
]


class BackupQuerySet(models.QuerySet["Backup"]):
    def kept(self) -> Self:
        return self.filter(state=BackupState.KEPT)

    def restored(self) -> Self:
        """Those that would bring everything back, the latest first."""
        return self.kept().filter(verdict=Verdict.RESTORED).order_by("-id")


class Backup(TimeOrdered):
    # Below the folder of backups; its manifest stands beside it.
    file_name = models.TextField("file", unique=True)
    database = models.TextField()
    state = models.TextField(choices=BackupState, default=BackupState.WRITING)
    finished_at = models.DateTimeField(null=True)
    size = models.BigIntegerField(null=True)
    sha256 = models.TextField(blank=True, default="")
    # ops/backups/making.py says what it holds; null until the dump is whole.
    manifest: models.JSONField[Any, dict[str, Any] | None] = models.JSONField(null=True)
    # Why there is no dump.
    error = models.TextField(blank=True, default="")
    # Of the last drill.
    verdict = models.TextField(choices=Verdict, default=Verdict.UNTRIED)
    drilled_at = models.DateTimeField(null=True)
    drill_seconds = models.FloatField(null=True)
    problem = models.TextField(blank=True, default="")
    # What did not come back as it was: "what", "dumped", "restored".
    differences: models.JSONField[Any, list[dict[str, str]]] = models.JSONField(default=list)

    objects = BackupQuerySet.as_manager()

    class Meta:
        db_table = "ops_backups"
        ordering = ("-id",)
        constraints = (
            one_of("state", BackupState, name="backup_state_is_known"),
            one_of("verdict", Verdict, name="backup_verdict_is_known"),
            not_blank("file_name", name="backup_has_file"),
            models.CheckConstraint(
                condition=~Q(state="kept")
                | Q(manifest__isnull=False, size__gt=0, finished_at__isnull=False)
                & Q(sha256__regex="^[0-9a-f]{64}$"),
                name="kept_backup_knows_its_contents",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(error=""), name="failed_backup_says_why"
            ),
            models.CheckConstraint(
                condition=Q(verdict="untried", drilled_at__isnull=True)
                | Q(state__in=("kept", "deleted"), drilled_at__isnull=False)
                & ~Q(verdict="untried"),
                name="only_a_whole_backup_is_drilled",
            ),
            models.CheckConstraint(
                condition=Q(verdict="broken") ^ Q(problem=""), name="broken_backup_says_why"
            ),
        )
        indexes = (
            # The last that was restored; what may be deleted.
            models.Index(
                fields=("-id",), name="backup_kept", condition=Q(state="kept"), include=("verdict",)
            ),
        )
        triggers = (
            pgtrigger.FSM(name="state_flow", field="state", transitions=STATE_FLOW),
            pgtrigger.ReadOnly(name="what_was_dumped_stays", fields=["file_name", "database"]),
            pgtrigger.Trigger(
                name="last_restored_stays",
                operation=pgtrigger.Delete | pgtrigger.UpdateOf("state"),
                when=pgtrigger.Before,
                declare=[("v_others", "boolean")],
                func="""
                    IF OLD.state <> 'kept' OR OLD.verdict <> 'restored'
                        OR TG_OP = 'UPDATE' AND NEW.state = 'kept'
                    THEN
                        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
                    END IF;
                    -- Two at once would each see the other one.
                    PERFORM pg_catalog.pg_advisory_xact_lock(
                        pg_catalog.hashtextextended('the last backup', 0)
                    );
                    SELECT EXISTS (
                        SELECT FROM public.ops_backups
                        WHERE state = 'kept' AND verdict = 'restored' AND id <> OLD.id
                    ) INTO v_others;
                    IF NOT v_others THEN
                        RAISE EXCEPTION 'The last backup that was restored stays.'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
                """,
            ),
            pgtrigger.Protect(
                name="kept_backup_stays_known",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__state__in=["writing", "kept"]),
            ),
        )

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_kept(self) -> bool:
        return self.state == BackupState.KEPT

    @property
    def expires_at(self) -> datetime:
        """From then on it may be deleted, if it is not the last one that was restored."""
        return self.created_at + timedelta(days=settings.STEWARD_BACKUP_KEEP_DAYS)

    @property
    def took(self) -> timedelta | None:
        return self.finished_at - self.created_at if self.finished_at else None
