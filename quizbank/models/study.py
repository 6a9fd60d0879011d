"""What a member's learning adds up to. The counting run keeps it; members only read it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Least, Now, Round

from assessments.models import Member
from ops.constraints import between, in_era
from ops.indexes import LongNamedIndex
from ops.keys import TimeOrdered
from quizbank.models.question import Question

PERCENT = models.DecimalField(max_digits=5, decimal_places=2)
# Django's own key transforms would write #>>, which an index over -> and ->> does not serve.
OSPF_ACCURACY = Func(
    "category_stats",
    template="(%(expressions)s -> 'OSPF' ->> 'accuracy')",
    output_field=models.TextField(),
)
# 10 for a right answer, 2 for a wrong one.
EXPERIENCE = F("total_correct") * 8 + F("total_questions") * 2 + F("bonus")
ONE = models.DecimalField(max_digits=3, decimal_places=2)


def whole(part: Combinable) -> Cast:
    """As a number that neither overflows nor rounds."""
    return Cast(part, models.DecimalField(max_digits=30, decimal_places=10))


def ratio(part: Combinable, total: Combinable, digits: int = 2) -> Round:
    """NULL without a total."""
    nonzero = Func(
        whole(total),
        Value(0),
        function="NULLIF",
        output_field=models.DecimalField(max_digits=30, decimal_places=10),
    )
    return Round(part / nonzero, digits)


def percent(part: str, total: str) -> models.GeneratedField:
    return generated(ratio(whole(F(part)) * 100, F(total)), PERCENT)


def seconds(total_ms: str, total: str) -> models.GeneratedField:
    return generated(ratio(whole(F(total_ms)) / 1000, F(total), 0), models.IntegerField())


def generated(expression: Any, output: models.Field[Any, Any]) -> models.GeneratedField:
    return models.GeneratedField(expression=expression, output_field=output, db_persist=True)


def count() -> models.PositiveIntegerField[Any, Any]:
    return models.PositiveIntegerField(default=0, db_default=0)


def member_key(related_name: str) -> models.OneToOneField[Any, Any]:
    return models.OneToOneField(
        Member, models.CASCADE, primary_key=True, related_name=related_name, verbose_name="member"
    )


class StudySession(TimeOrdered):
    """Time that a member spent learning (seed 002); written by the member."""

    user = models.ForeignKey(
        Member, models.CASCADE, db_index=False, related_name="study_sessions", verbose_name="member"
    )
    start_time = models.DateTimeField(db_default=Func(function="now"))
    end_time = models.DateTimeField(null=True, blank=True)
    focus_time = models.PositiveIntegerField("focus in seconds", default=0, db_default=0)
    break_time = models.PositiveIntegerField("break in seconds", default=0, db_default=0)
    questions_attempted = count()

    class Meta:
        db_table = "study_sessions"
        ordering = ("-id",)
        default_permissions = ("view",)
        constraints = (
            models.CheckConstraint(
                condition=Q(end_time__isnull=True) | Q(end_time__gte=F("start_time")),
                name="study_ends_after_start",
            ),
            in_era("start_time", name="study_begins_in_our_era"),
            in_era("end_time", name="study_ends_in_our_era"),
            between("focus_time", 0, 86_400, name="study_focus_is_a_day_at_most"),
            between("break_time", 0, 86_400, name="study_break_is_a_day_at_most"),
            between("questions_attempted", 0, 10_000, name="study_attempts_are_plausible"),
        )
        indexes = (
            models.Index(fields=("user",), name="idx_study_sessions_user"),
            models.Index(fields=("start_time",), name="idx_study_sessions_start"),
        )

    def __str__(self) -> str:
        return f"{self.start_time:%Y-%m-%d %H:%M}"


class UserProgress(models.Model):
    user = member_key("progress")
    total_questions = count()
    total_correct = count()
    # ⌊n / 2⌋ for each completed session of n without a fault.
    bonus = count()
    experience = generated(EXPERIENCE, models.IntegerField())
    level = generated(Least(EXPERIENCE / 100 + 1, 100), models.IntegerField())
    accuracy = percent("total_correct", "total_questions")
    # {category code: {"answered": 8, "correct": 6, "accuracy": 75.00}}, of the question's system,
    # topic and primary category as they were when the answer was counted. As in seed 002, a code
    # is one topic in whatever exam: categories of several exams add up under a code they share.
    category_stats = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    # The same by category id, where exams are apart: weak areas and the member's page.
    area_stats = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "user_progress"
        verbose_name_plural = "user progress"
        default_permissions = ("view",)
        constraints = (
            models.CheckConstraint(
                condition=Q(total_correct__lte=F("total_questions")), name="progress_counts_fit"
            ),
        )
        indexes = (
            # As seed 002 has it: a text, which compares as one.
            LongNamedIndex(OSPF_ACCURACY, name="idx_user_progress_ospf_accuracy"),
            models.Index(Cast(OSPF_ACCURACY, PERCENT), name="user_progress_ospf"),
        )

    def __str__(self) -> str:
        return f"Level {self.level}"


class PerformanceSummary(models.Model):
    """The one row that a member's dashboard reads (seed 004)."""

    user = member_key("performance")
    total_questions_answered = count()
    total_correct_answers = count()
    accuracy = percent("total_correct_answers", "total_questions_answered")
    total_time_ms = models.PositiveBigIntegerField(default=0, db_default=0)
    timed_answers = count()
    average_time = seconds("total_time_ms", "timed_answers")
    sessions_completed = count()
    average_score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    best_score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    last_answered_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "performance_summaries"
        verbose_name_plural = "performance summaries"
        default_permissions = ("view",)
        constraints = (
            models.CheckConstraint(
                condition=Q(total_correct_answers__lte=F("total_questions_answered")),
                name="performance_counts_fit",
            ),
        )
        indexes = (
            # The practice leaderboard.
            models.Index(
                F("average_score").desc(),
                F("total_questions_answered").desc(),
                "user",
                name="practice_board",
                condition=Q(average_score__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.total_questions_answered:,} answers"


class PracticeStanding(PerformanceSummary):
    """As the practice leaderboard shows it; its permissions are those of the leaderboards."""

    class Meta:
        proxy = True
        managed = False
        default_permissions = ()
        verbose_name = "practice standing"
        verbose_name_plural = "practice leaderboard"


class QuestionDifficulty(models.Model):
    """Of all its revisions together; item statistics tell them apart."""

    question = models.OneToOneField(
        Question, models.CASCADE, primary_key=True, related_name="measured"
    )
    attempt_count = count()
    correct_count = count()
    total_time_ms = models.PositiveBigIntegerField(default=0, db_default=0)
    timed_count = count()
    # Seconds.
    average_time = seconds("total_time_ms", "timed_count")
    success_rate = percent("correct_count", "attempt_count")
    # The share of wrong answers, with one right and one wrong added: 0.50 before the first one.
    difficulty_score = generated(
        Round(
            whole(F("attempt_count") - F("correct_count") + 1) / (F("attempt_count") + 2),
            2,
        ),
        ONE,
    )
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "question_difficulty"
        verbose_name_plural = "question difficulties"
        default_permissions = ("view",)
        constraints = (
            models.CheckConstraint(
                condition=Q(correct_count__lte=F("attempt_count")), name="difficulty_counts_fit"
            ),
        )
        indexes = (models.Index(fields=("difficulty_score",), name="idx_difficulty_score"),)

    def __str__(self) -> str:
        return f"{self.difficulty_score}"
