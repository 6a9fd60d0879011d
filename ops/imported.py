"""A file that is imported as a batch: previewed, applied, and undone as one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from ops.constraints import one_of
from ops.keys import TimeOrdered


class BatchStatus(models.TextChoices):
    PREVIEW = "preview", "Waiting for confirmation"
    APPLIED = "applied", "Applied"
    UNDONE = "undone", "Undone"
    DISCARDED = "discarded", "Discarded"
    FAILED = "failed", "Failed"


# A failed one may be tried again.
CONFIRMABLE = (BatchStatus.PREVIEW, BatchStatus.FAILED)


class ImportedFile(TimeOrdered):
    file_name = models.TextField()
    # What was asked.
    options = models.JSONField(default=dict)
    # The upload itself, for as long as it may still be imported.
    file = models.BinaryField(null=True, editable=False)
    status = models.TextField(choices=BatchStatus, default=BatchStatus.PREVIEW)
    counts = models.JSONField(default=dict)
    # [{"line": n, "reason": text}]
    errors = models.JSONField(default=list)
    # What a preview shows.
    report = models.JSONField(default=dict)
    # Why the import failed, in a line for a person.
    failure = models.TextField(blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_read(self) -> bool:
        """A large file is read by a worker; until then there is no preview."""
        return bool(self.counts)

    @property
    def by(self) -> str:
        """Who imported: staff, or the account of the system that ran the command."""
        return str(self.created_by or self.options.get("account") or "System")


def rules_of_files(prefix: str) -> tuple[models.BaseConstraint, ...]:
    return (
        one_of("status", BatchStatus, name=f"{prefix}_status_is_known"),
        models.CheckConstraint(
            condition=Q(status__in=CONFIRMABLE) | Q(file__isnull=True),
            name=f"{prefix}_file_is_kept_while_it_may_be_imported",
        ),
        models.CheckConstraint(
            condition=~Q(status=BatchStatus.FAILED) | ~Q(failure=""),
            name=f"failed_{prefix}_says_why",
        ),
    )
