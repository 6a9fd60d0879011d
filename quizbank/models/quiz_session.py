"""A member's round of questions: the "test" of seed 004.

The questions are drawn once, at the start, each with the revision that was published then: what is
edited later changes neither what the learner meets nor how the answers are judged. Only the
functions of the intake write here (quizbank/intake); they hold the session's row lock.
"""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now

from assessments.models import Member
from ops.constraints import between, known_or_null, one_of, sound
from ops.keys import TimeOrdered
from quizbank.models.exam import Exam

MOST_QUESTIONS = 100
SHORTEST_LIMIT = 60


class Mode(models.TextChoices):
    TUTOR = "tutor", "Tutor"
    TIMED = "timed", "Timed"


class QuestionMode(models.TextChoices):
    STANDARD = "standard", "Standard"
    CUSTOM = "custom", "Custom"
    PRACTICE = "practice", "Practice"


class Pattern(models.TextChoices):
    """How the questions were chosen."""

    FILTER = "filter", "By filter"
    ADAPTIVE = "adaptive", "Adaptive"
    WEAK_AREAS = "weak_areas", "Weak areas"
    CHOSEN = "chosen", "Chosen one by one"


class SessionStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    COMPLETED = "completed", "Completed"
    ABANDONED = "abandoned", "Abandoned"


class AbandonReason(models.TextChoices):
    LEFT = "left", "Left"
    TIMED_OUT = "timed_out", "Timed out"
    TOO_HARD = "too_hard", "Too hard"
    NO_TIME = "no_time", "No time"
    TECHNICAL = "technical", "Technical trouble"
    OTHER = "other", "Other"


STATUS_FLOW = [
    (SessionStatus.ACTIVE.value, SessionStatus.PAUSED.value),
    (SessionStatus.PAUSED.value, SessionStatus.ACTIVE.value),
    (SessionStatus.ACTIVE.value, SessionStatus.COMPLETED.value),
    (SessionStatus.PAUSED.value, SessionStatus.COMPLETED.value),
    (SessionStatus.ACTIVE.value, SessionStatus.ABANDONED.value),
    (SessionStatus.PAUSED.value, SessionStatus.ABANDONED.value),
]
OPEN = (SessionStatus.ACTIVE.value, SessionStatus.PAUSED.value)


class SessionFields(TimeOrdered):
    """The columns of `quiz_sessions` and of its archive, in their order."""

    user = models.ForeignKey(
        Member,
        models.PROTECT,
        db_index=False,
        related_name="%(class)ss",
        verbose_name="member",
    )
    exam = models.ForeignKey(
        Exam, models.PROTECT, null=True, blank=True, db_index=False, related_name="%(class)ss"
    )
    mode = models.TextField(choices=Mode, default=Mode.TUTOR, db_default="tutor")
    question_mode = models.TextField(
        choices=QuestionMode, default=QuestionMode.STANDARD, db_default="standard"
    )
    pattern = models.TextField(choices=Pattern, default=Pattern.FILTER, db_default="filter")
    # {"system": id, "topic": id, "subject": id, "difficulty": "easy"}, what was given of it.
    filters = models.JSONField(blank=True, default=dict, db_default=Value({}, models.JSONField()))
    status = models.TextField(choices=SessionStatus, default="active", db_default="active")
    # The n-th question is met as the n-th revision.
    question_ids = ArrayField(models.UUIDField())
    revision_ids = ArrayField(models.UUIDField())
    question_count = models.GeneratedField(
        expression=Func("question_ids", function="cardinality"),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    time_limit = models.PositiveIntegerField(
        "time limit in seconds", null=True, blank=True, help_text="Empty: none."
    )
    started_at = models.DateTimeField(db_default=Now())
    last_activity_at = models.DateTimeField(db_default=Now())
    # Later answers are refused; a pause moves it.
    expires_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    abandon_reason = models.TextField(choices=AbandonReason, null=True, blank=True)
    answered_count = models.PositiveIntegerField("answered", default=0, db_default=0)
    correct_count = models.PositiveIntegerField("correct", default=0, db_default=0)
    # Of those that a completed session left open.
    skipped_count = models.PositiveIntegerField("skipped", default=0, db_default=0)
    # Percent of all its questions, once completed.
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)

    class Meta(TimeOrdered.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.get_status_display()}, {self.question_count} questions"


class QuizSession(SessionFields):
    class Meta:
        db_table = "quiz_sessions"
        ordering = ("-id",)
        constraints = (
            one_of("mode", Mode, name="quiz_mode_is_known"),
            one_of("question_mode", QuestionMode, name="quiz_question_mode_is_known"),
            one_of("pattern", Pattern, name="quiz_pattern_is_known"),
            one_of("status", SessionStatus, name="quiz_status_is_known"),
            known_or_null("abandon_reason", AbandonReason, name="quiz_abandon_reason_is_known"),
            sound(
                "question_ids",
                "public.keys_are_distinct",
                name="quiz_questions_are_distinct",
                message="A question is in a session once.",
            ),
            models.CheckConstraint(
                condition=Q(question_ids__len__gte=1, question_ids__len__lte=MOST_QUESTIONS),
                name="quiz_has_1_to_100_questions",
            ),
            models.CheckConstraint(
                condition=Q(question_ids__len=Func("revision_ids", function="cardinality")),
                name="quiz_freezes_a_revision_a_question",
            ),
            models.CheckConstraint(
                condition=Q(time_limit__isnull=True) | Q(time_limit__gte=SHORTEST_LIMIT),
                name="quiz_time_limit_is_a_minute_or_more",
                violation_error_message="A time limit is 60 seconds or more, or there is none.",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("started_at")), name="quiz_expires_after_start"
            ),
            models.CheckConstraint(
                condition=Q(status=SessionStatus.PAUSED, paused_at__isnull=False)
                | ~Q(status=SessionStatus.PAUSED) & Q(paused_at__isnull=True),
                name="paused_quiz_says_since_when",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=SessionStatus.COMPLETED,
                    completed_at__isnull=False,
                    completed_at__gte=F("started_at"),
                    score__isnull=False,
                )
                | ~Q(status=SessionStatus.COMPLETED)
                & Q(completed_at__isnull=True, score__isnull=True),
                name="completed_quiz_says_when_and_how_well",
            ),
            models.CheckConstraint(
                condition=Q(status=SessionStatus.ABANDONED, abandon_reason__isnull=False)
                | ~Q(status=SessionStatus.ABANDONED) & Q(abandon_reason__isnull=True),
                name="abandoned_quiz_says_why",
            ),
            models.CheckConstraint(
                condition=Q(
                    correct_count__lte=F("answered_count"),
                    question_count__gte=F("answered_count") + F("skipped_count"),
                ),
                name="quiz_counts_fit",
            ),
            between("score", 0, 100, name="quiz_score_is_percent"),
            # A paused one does not count: somebody may pause a long round for a short one. Resuming
            # it is refused while the short one is going.
            models.UniqueConstraint(
                fields=("user",),
                condition=Q(status=SessionStatus.ACTIVE),
                name="member_has_one_active_quiz",
                violation_error_message="This member has an active session already.",
            ),
        )
        indexes = (
            # What a member can go on with (seed 004).
            models.Index(
                "user",
                "status",
                F("last_activity_at").desc(),
                name="idx_test_active",
                condition=Q(status__in=OPEN),
            ),
            models.Index(fields=("user", "-id"), name="quiz_session_of_member"),
            models.Index(
                fields=("exam", "-id"), name="quiz_session_of_exam", condition=Q(exam__isnull=False)
            ),
            models.Index(fields=("mode", "-id"), name="quiz_session_of_mode"),
            # Those that time out.
            models.Index(
                fields=("expires_at",),
                name="quiz_session_expiring",
                condition=Q(status=SessionStatus.ACTIVE),
            ),
            # Those that go to the archive, oldest first.
            models.Index(
                fields=("completed_at",),
                name="quiz_session_completed",
                condition=Q(status=SessionStatus.COMPLETED),
            ),
        )
        triggers = (
            pgtrigger.FSM(name="quiz_status_flow", field="status", transitions=STATUS_FLOW),
            pgtrigger.ReadOnly(
                name="quiz_keeps_its_questions",
                fields=["user", "question_ids", "revision_ids", "started_at"],
            ),
        )


class ArchivedQuizSession(SessionFields):
    """Completed more than 30 days ago; moved as it was, with its id."""

    class Meta:
        db_table = "quiz_session_archive"
        verbose_name = "archived quiz session"
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("user", "-id"), name="quiz_archive_of_member"),
            models.Index(
                fields=("exam", "-id"), name="quiz_archive_of_exam", condition=Q(exam__isnull=False)
            ),
            models.Index(fields=("mode", "-id"), name="quiz_archive_of_mode"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(status=SessionStatus.COMPLETED), name="archived_quiz_is_completed"
            ),
        )


class AnyQuizSession(SessionFields):
    """A row of the view `all_quiz_sessions`: the sessions with their archive."""

    user = models.ForeignKey(Member, models.DO_NOTHING, db_constraint=False, related_name="+")
    exam = models.ForeignKey(
        Exam, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    is_archived = models.BooleanField("archived")

    class Meta:
        managed = False
        db_table = "all_quiz_sessions"
        verbose_name = "quiz session"
        ordering = ("-id",)
        default_permissions = ("view",)
