"""Changes of many terms at once, with what undoes them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class TermBatch(models.Model):
    """`before` and `after` are term → value of `field`; of those terms only that it changed."""

    field = models.TextField()
    outcome = models.TextField(help_text="What was done, as a sentence.")
    before = models.JSONField()
    after = models.JSONField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    changed_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "term_batches"
        ordering = ("-id",)
        default_permissions = ()
        constraints = (
            models.CheckConstraint(
                condition=Q(field__in=("status", "category_id")), name="term_batch_field_is_known"
            ),
        )

    def __str__(self) -> str:
        return self.outcome
