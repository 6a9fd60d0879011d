"""Files that runs prepared for download, until their time is over."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from ops.constraints import not_blank
from ops.keys import TimeOrdered
from ops.models.run import Run


class ExportFile(TimeOrdered):
    """Stands in the folder of exports, below the id of its run."""

    export = models.TextField()
    # As `ops.exports.orders.Order.parameters` gives them.
    parameters: models.JSONField[Any, dict[str, Any]] = models.JSONField(encoder=DjangoJSONEncoder)
    has_personal = models.BooleanField("with personal data")
    run = models.OneToOneField(
        Run, models.SET_NULL, null=True, blank=True, related_name="export_file"
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    requested_by_name = models.TextField(blank=True, default="")
    # Its path below the folder of exports.
    path = models.TextField(unique=True)
    rows = models.BigIntegerField()
    bytes = models.BigIntegerField("size")
    # Rows are at least as new; by PostgreSQL's name of that moment, later erasures are known.
    as_of = models.DateTimeField()
    snapshot = models.TextField()
    expires_at = models.DateTimeField()
    # When the file was taken away; the row is kept, to say so.
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ops_export_files"
        verbose_name = "export"
        ordering = ("-id",)
        default_permissions = ("view", "delete")
        permissions = (
            ("export_bank_exportfile", "Can export the question bank and its use"),
            ("export_flavors_exportfile", "Can export tastings and the lexicon"),
            ("export_members_exportfile", "Can export members and their results"),
            ("export_operations_exportfile", "Can export runs and the action log"),
            ("export_personal_exportfile", "Can export personal data"),
        )
        constraints = (
            not_blank("export", name="export_file_has_export"),
            models.CheckConstraint(
                condition=Q(path__regex=r"^[0-9a-f-]{36}/[\w-]+\.(csv|jsonl|parquet)$"),
                name="export_file_is_in_a_folder_of_its_own",
            ),
            models.CheckConstraint(
                condition=Q(snapshot__regex=r"^\d+:\d+:[\d,]*$"),
                name="export_file_says_its_snapshot",
            ),
            models.CheckConstraint(
                condition=Q(rows__gte=0, bytes__gte=0), name="export_file_has_a_size"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("as_of")), name="export_file_expires_later"
            ),
        )
        indexes = (
            # The files of one export.
            models.Index(fields=("export", "-id"), name="export_files_by_export"),
            # What the daily cleaning takes away.
            models.Index(
                fields=("expires_at",),
                name="export_files_to_clean",
                condition=Q(deleted_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.path.rpartition("/")[2]
