"""What answers in the archive count for, noted before they went: the recount, the item statistics
and the days of learning hold them still.

All by month: the day on which the archived partition of answers begins, UTC's.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Value

from assessments.models import Member
from quizbank.models.question import Question

EMPTY = Value({}, models.JSONField())


class ArchivedQuestionCount(models.Model):
    pk = models.CompositePrimaryKey("month", "question_id")
    month = models.DateField()
    question = models.ForeignKey(
        Question, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    # Skipped ones too: as many as left the table.
    answers = models.PositiveIntegerField()
    attempt_count = models.PositiveIntegerField()
    correct_count = models.PositiveIntegerField()
    total_time_ms = models.PositiveBigIntegerField()
    timed_count = models.PositiveIntegerField()

    class Meta:
        db_table = "archived_question_counts"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.month}: {self.answers:,} answers"


class ArchivedMemberCount(models.Model):
    pk = models.CompositePrimaryKey("month", "user_id")
    month = models.DateField()
    user = models.ForeignKey(
        Member, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    answered = models.PositiveIntegerField()
    correct = models.PositiveIntegerField()
    time_ms = models.PositiveBigIntegerField()
    timed = models.PositiveIntegerField()
    last_at = models.DateTimeField()
    # {key: {"answered": 8, "correct": 6}}, keys as in user_progress.
    by_code = models.JSONField(default=dict, db_default=EMPTY)
    by_category = models.JSONField(default=dict, db_default=EMPTY)

    class Meta:
        db_table = "archived_member_counts"
        default_permissions = ()
        indexes = (models.Index(fields=("user",), name="archived_counts_of_member"),)

    def __str__(self) -> str:
        return f"{self.month}: {self.answered:,} answers"


class ArchivedSessionMarks(models.Model):
    """What item statistics need of a session's answers: arrays of the same length and order."""

    session_id = models.UUIDField(primary_key=True)
    month = models.DateField()
    revision_ids = ArrayField(models.UUIDField())
    # NULL where one was skipped.
    marks = ArrayField(models.BooleanField(null=True))
    # The ids of what was chosen, by commas.
    choices = ArrayField(models.TextField(null=True))
    times = ArrayField(models.IntegerField(null=True))

    class Meta:
        db_table = "archived_session_marks"
        default_permissions = ()
        indexes = (
            models.Index(fields=("month",), name="archived_marks_of_month"),
            GinIndex(fields=("revision_ids",), name="archived_marks_of_revision"),
        )

    def __str__(self) -> str:
        return f"{self.month}: {len(self.marks)} answers"


class ArchivedDayCount(models.Model):
    pk = models.CompositePrimaryKey("month", "user_id", "stat_date")
    month = models.DateField()
    user = models.ForeignKey(
        Member, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    stat_date = models.DateField()
    sessions = models.PositiveIntegerField()
    questions = models.PositiveIntegerField()
    correct = models.PositiveIntegerField()
    time_ms = models.PositiveBigIntegerField()

    class Meta:
        db_table = "archived_day_counts"
        default_permissions = ()
        indexes = (models.Index(fields=("user",), name="archived_days_of_member"),)

    def __str__(self) -> str:
        return f"{self.stat_date}: {self.questions:,} answers"
