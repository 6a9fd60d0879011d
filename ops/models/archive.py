"""The archive's own ledger: one row for each partition that left its table, and where it is now."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from ops.constraints import not_blank, one_of
from ops.keys import TimeOrdered


class ArchiveState(models.TextChoices):
    DETACHING = "detaching", "Detaching"
    FROZEN = "frozen", "Frozen"
    EXPORTED = "exported", "Archived"
    VERIFIED = "verified", "Verified"
    HELD = "held", "Held"
    DROPPED = "dropped", "Dropped"
    RESTORED = "restored", "Restored"
    CANCELLED = "cancelled", "Cancelled"


# Forward one step at a time; back from every step as long as the rows are somewhere.
STATE_FLOW = [
    ("detaching", "frozen"),
    ("detaching", "cancelled"),
    ("frozen", "exported"),
    ("exported", "verified"),
    ("exported", "frozen"),
    ("verified", "held"),
    ("held", "dropped"),
    ("frozen", "restored"),
    ("exported", "restored"),
    ("verified", "restored"),
    ("held", "restored"),
    ("dropped", "restored"),
]
FINAL = (ArchiveState.RESTORED.value, ArchiveState.CANCELLED.value)


class PartitionArchive(TimeOrdered):
    table_name = models.TextField("table")
    partition_name = models.TextField("partition")
    lower = models.DateTimeField()
    upper = models.DateTimeField()
    state = models.TextField(choices=ArchiveState, default=ArchiveState.DETACHING)
    # Below the archive folder; the Parquet file and its manifest stand there.
    folder = models.TextField(blank=True, default="")
    # ops/archive/manifest.py says what it holds; null until the export.
    manifest = models.JSONField(null=True)
    row_count = models.BigIntegerField("rows", null=True)
    held_until = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    class Meta:
        db_table = "ops_archive"
        verbose_name = "partition"
        ordering = ("-id",)
        constraints = (
            one_of("state", ArchiveState, name="archive_state_is_known"),
            not_blank("table_name", name="archive_names_its_table"),
            models.UniqueConstraint(
                fields=("table_name", "partition_name"),
                condition=~Q(state__in=FINAL),
                name="partition_is_archived_once",
                violation_error_message="This partition is in the archive already.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("detaching", "frozen", *FINAL)) | Q(manifest__isnull=False),
                name="exported_partition_has_manifest",
            ),
            models.CheckConstraint(
                condition=Q(lower__lt=models.F("upper")), name="archive_bounds_are_in_order"
            ),
        )
        triggers = (
            pgtrigger.FSM(name="state_flow", field="state", transitions=STATE_FLOW),
            pgtrigger.Protect(
                name="what_was_archived_stays_known",
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__state="cancelled"),
            ),
            pgtrigger.Trigger(
                name="say_when",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="NEW.changed_at := pg_catalog.now(); RETURN NEW;",
            ),
        )

    def __str__(self) -> str:
        return self.partition_name
