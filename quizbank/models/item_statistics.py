"""How a published revision does as a test item. `compute_item_statistics` writes, nobody else."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F
from django.db.models.functions import Now

from ops.constraints import between
from quizbank.models.exam import Exam
from quizbank.models.question import Question
from quizbank.models.revision import QuestionRevision


class Flag(models.TextChoices):
    """What a figure says about the item, the worst first."""

    WRONG_KEY = "possible_wrong_key", "Possible wrong key"
    FLAT = "does_not_discriminate", "Does not discriminate"
    POOR = "discriminates_poorly", "Discriminates poorly"
    VERY_HARD = "very_hard", "Very hard"
    ATTRACTIVE = "distractor_attracts", "A wrong choice attracts the able"
    NOBODY = "choice_nobody_takes", "A choice nobody takes"


def percent(label: str, digits: int = 5) -> models.DecimalField[Any, Any]:
    return models.DecimalField(label, max_digits=digits, decimal_places=2, null=True)


class ItemStatistic(models.Model):
    """Over completed sessions; what was left open earns nothing."""

    revision = models.OneToOneField(
        QuestionRevision, models.CASCADE, primary_key=True, related_name="statistics"
    )
    question = models.ForeignKey(Question, models.CASCADE, related_name="item_statistics")
    n = models.PositiveIntegerField("learners")
    facility = percent("facility, %")
    # NULL for fewer than two learners, or where marks or rest scores do not vary.
    discrimination = percent("discrimination index, %")
    efficiency = percent("discriminative efficiency, %", digits=9)
    average_time = models.PositiveIntegerField("average time in seconds", null=True)
    flags = ArrayField(models.TextField(choices=Flag), default=list, db_default=[])
    computed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "item_statistics"
        verbose_name = "item statistic"
        default_permissions = ("view",)
        permissions = (("compute_itemstatistic", "Can have item statistics computed"),)
        constraints = (
            between("facility", 0, 100, name="facility_is_percent"),
            between("discrimination", -100, 100, name="discrimination_is_percent"),
            # The worst order of the same marks may vary more than the best one.
            models.CheckConstraint(
                condition=models.Q(efficiency__lte=100), name="efficiency_is_percent_at_most"
            ),
        )
        indexes = (
            # The list sorts by these; the newest revision of a question counts there.
            models.Index(F("facility").asc(nulls_last=True), name="item_facility"),
            models.Index(F("discrimination").asc(nulls_last=True), name="item_discrimination"),
            GinIndex(fields=("flags",), name="item_flags"),
        )

    def __str__(self) -> str:
        return f"{self.facility} % of {self.n:,}"


class ChoiceStatistic(models.Model):
    """Shares are of the learners of the revision; bands are by rest score, 27 % at either end."""

    revision = models.ForeignKey(
        QuestionRevision, models.CASCADE, db_index=False, related_name="choice_statistics"
    )
    # The "id" in the revision's content.
    choice_id = models.BigIntegerField()
    is_key = models.BooleanField()
    count = models.PositiveIntegerField()
    share = percent("share, %")
    top_share = percent("of the top 27 %")
    middle_share = percent("of the middle")
    bottom_share = percent("of the bottom 27 %")
    # With the rest score; from -1 to 1.
    point_biserial = models.DecimalField(max_digits=4, decimal_places=3, null=True)

    class Meta:
        db_table = "choice_statistics"
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(fields=("revision", "choice_id"), name="choice_counts_once"),
        )

    def __str__(self) -> str:
        return f"{self.share} %"


class ExamStatistic(models.Model):
    """Over the exam's completed sessions; `refresh_exam_statistics` writes, nobody else."""

    exam = models.OneToOneField(Exam, models.CASCADE, primary_key=True, related_name="statistics")
    sessions = models.PositiveBigIntegerField(default=0, db_default=0)
    # Revisions that were met in them.
    items = models.PositiveBigIntegerField("items met", default=0, db_default=0)
    length = models.DecimalField("questions a session", max_digits=5, decimal_places=1, null=True)
    # Cronbach's; NULL where it is not defined.
    alpha = models.DecimalField("Cronbach's alpha", max_digits=8, decimal_places=3, null=True)
    computed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "exam_statistics"
        verbose_name = "exam statistic"
        default_permissions = ("view",)
        ordering = ("exam__code",)

    def __str__(self) -> str:
        return str(self.exam)
