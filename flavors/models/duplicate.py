"""Terms that may be one, and merges with what they moved."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from flavors.models.term import Term
from ops.constraints import between, one_of


def key_of(model: Any, **given: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(model, models.CASCADE, related_name="+", **given)


class Method(models.TextChoices):
    """As find_duplicate_terms() names them."""

    FINGERPRINT = "fingerprint", "Same words"
    TWO_GRAM = "2-gram", "Same pairs of letters"
    EDIT_DISTANCE = "edit distance", "One or two letters apart"


class TermSimilarity(models.Model):
    """Of each pair the smaller key is `first`. `compare_terms` writes, nobody else."""

    first = key_of(Term, db_index=False)
    second = key_of(Term)
    method = models.TextField(choices=Method)
    # 0 to 1: the edits by the length of the longer one; 1 for the other two methods.
    similarity = models.FloatField()
    # Of both, when they were compared.
    uses = models.BigIntegerField()
    weight = models.GeneratedField(
        expression=F("similarity") * F("uses"), output_field=models.FloatField(), db_persist=True
    )

    class Meta:
        db_table = "term_similarities"
        verbose_name = "duplicate term"
        default_permissions = ("view", "change", "compare")
        constraints = (
            models.UniqueConstraint(fields=("first", "second"), name="terms_are_similar_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="similar_terms_are_ordered"
            ),
            one_of("method", Method, name="term_similarity_method_is_known"),
            between("similarity", 0, 1, name="term_similarity_is_a_share"),
        )
        # The screen begins with what matters most.
        indexes = (
            models.Index(fields=("-weight", "-similarity", "id"), name="term_similarity_by_weight"),
        )

    def __str__(self) -> str:
        return f"{self.similarity * 100:.0f} % alike"


class TermMerge(models.Model):
    """Several terms became spellings of one. Undone at most once."""

    survivor = key_of(Term)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    merged_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "term_merges"
        ordering = ("-merged_at", "-id")
        default_permissions = ()
        indexes = (
            # The list of merges that stand.
            models.Index(
                fields=("-merged_at", "-id"),
                name="term_merge_stands",
                condition=Q(undone_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"Merged into {self.survivor}"


class MergedTerm(models.Model):
    """A term that a merge moved, and what it was merged into before: NULL, or one of the others."""

    merge = models.ForeignKey(TermMerge, models.CASCADE, db_index=False, related_name="parts")
    term = key_of(Term)
    was_into = key_of(Term, null=True)

    class Meta:
        db_table = "term_merge_parts"
        ordering = ("id",)
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("merge", "term"), name="merge_moves_a_term_once"),
        )

    def __str__(self) -> str:
        return str(self.term)
