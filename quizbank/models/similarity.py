"""Questions that read alike, what was compared for it, and pairs that are not the same."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F
from django.db.models.functions import Now

from ops.constraints import between
from quizbank.models.question import Question


def one_of_pair(**given: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(Question, models.CASCADE, related_name="+", **given)


class QuestionSimilarity(models.Model):
    """Of each pair the smaller key is `first`. `compare_questions` writes, nobody else."""

    first = one_of_pair(db_index=False)
    second = one_of_pair()
    # pg_trgm's similarity of the normalized stems, 0 to 1.
    likeness = models.FloatField()

    class Meta:
        db_table = "question_similarities"
        # As people say: a pair is a duplicate, or may be one.
        verbose_name = "duplicate"
        default_permissions = ("view", "change", "compare")
        constraints = (
            models.UniqueConstraint(fields=("first", "second"), name="pair_is_similar_once"),
            models.CheckConstraint(
                condition=models.Q(first__lt=F("second")), name="similar_pair_is_ordered"
            ),
            between("likeness", 0, 1, name="likeness_is_a_share"),
        )
        # The screen begins with the most alike.
        indexes = (models.Index(fields=("-likeness", "id"), name="similarity_by_likeness"),)

    def __str__(self) -> str:
        return f"{self.likeness * 100:.0f} % alike"


class SimilarityCheck(models.Model):
    """With which stem, and down to which likeness, a question was compared with the others."""

    question = models.OneToOneField(
        Question, models.CASCADE, primary_key=True, related_name="similarity_check"
    )
    stem_hash = models.UUIDField()
    alike = models.FloatField()

    class Meta:
        db_table = "similarity_checks"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.stem_hash)


class QuestionDismissal(models.Model):
    """A pair that somebody looked at: not the same."""

    first = one_of_pair(db_index=False)
    second = one_of_pair()
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    dismissed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "question_dismissals"
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("first", "second"), name="pair_is_dismissed_once"),
            models.CheckConstraint(
                condition=models.Q(first__lt=F("second")), name="dismissed_pair_is_ordered"
            ),
        )

    def __str__(self) -> str:
        return "Not the same"
