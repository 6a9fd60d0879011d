"""Pairs of terms that somebody looked at: not duplicates."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F
from django.db.models.functions import Now

from flavors.models.term import Term


def one_of_pair(**given: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(Term, models.CASCADE, related_name="+", **given)


class TermDismissal(models.Model):
    """Of each pair the smaller key is `first`."""

    first = one_of_pair(db_index=False)
    second = one_of_pair()
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    dismissed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "term_dismissals"
        ordering = ("-dismissed_at", "-id")
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("first", "second"), name="term_pair_is_dismissed_once"),
            models.CheckConstraint(
                condition=models.Q(first__lt=F("second")), name="dismissed_terms_are_ordered"
            ),
        )

    def __str__(self) -> str:
        return "Not duplicates"
