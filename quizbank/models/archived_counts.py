"""What answers in the archive count for, noted before they went: see recount_answers.

Both by month: the day on which the archived partition of answers begins, UTC's.
"""

from __future__ import annotations

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
