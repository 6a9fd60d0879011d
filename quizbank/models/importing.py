"""Imports as batches: previewed, applied, and undone as one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from ops.constraints import one_of
from ops.imported import CONFIRMABLE, BatchStatus, ImportedFile
from quizbank.models.question import Question

__all__ = ["CONFIRMABLE", "BatchStatus", "ImportBatch", "ImportItem", "ItemAction"]


class ImportBatch(ImportedFile):
    """`options`: {"exam": code or null, "encoding": name, "format": name or null, "publish": bool,
    "account": of the system, for a command}. `counts`: {"created", "changed", "unchanged",
    "refused", "missing"}. `report`: new, changed, duplicates, examined, makes, missing, digest;
    then, what undo needs: made, {"exam" | "subject" | "category": [key]}.
    """

    format = models.TextField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="import_batches"
    )

    class Meta:
        db_table = "import_batches"
        verbose_name = "import"
        verbose_name_plural = "imports"
        ordering = ("-id",)
        constraints = (
            one_of("status", BatchStatus, name="import_batch_status_is_known"),
            models.CheckConstraint(
                condition=Q(status__in=CONFIRMABLE) | Q(file__isnull=True),
                name="import_file_is_kept_while_it_may_be_imported",
            ),
            models.CheckConstraint(
                condition=~Q(status=BatchStatus.FAILED) | ~Q(failure=""),
                name="failed_import_says_why",
            ),
        )


class ItemAction(models.TextChoices):
    CREATED = "created", "New"
    CHANGED = "changed", "Changed"


class ImportItem(models.Model):
    """What a batch did to one question, and what undo needs to take it back."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="items")
    # Without a database constraint: the item outlives a question that was deleted since.
    question = models.ForeignKey(
        Question, models.DO_NOTHING, null=True, db_constraint=False, related_name="import_items"
    )
    label = models.TextField()
    action = models.TextField(choices=ItemAction)
    # What changed, as it was before, with keys of rows (quizbank/importing/content.py); null for
    # a new question.
    before = models.JSONField(null=True)
    # [{"field", "before", "after"}], for people.
    differences = models.JSONField(default=list)
    # The question's version before the batch, and after: another one means that it was edited.
    version_before = models.PositiveBigIntegerField(null=True)
    version_after = models.PositiveBigIntegerField()
    # What to know about it, for example why it was not published.
    note = models.TextField(blank=True, default="")
    # What undo did with it, in words; empty until then.
    undo_result = models.TextField(blank=True, default="")

    class Meta:
        db_table = "import_items"
        constraints = (one_of("action", ItemAction, name="import_item_action_is_known"),)

    def __str__(self) -> str:
        return self.label
