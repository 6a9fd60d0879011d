"""Answers, and the queue from which the figures on them follow."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from assessments.models import Member
from ops.constraints import at_most, between, one_of
from quizbank.models.question import Question
from quizbank.models.revision import QuestionRevision

LONGEST_TEXT = 1_000
A_DAY = 24 * 60 * 60 * 1_000


class AnswerStatus(models.TextChoices):
    ANSWERED = "answered", "Answered"
    SKIPPED = "skipped", "Skipped"


def key_of(model: Any) -> models.ForeignKey[Any, Any]:
    """No constraint: the intake takes the keys from the session, under its lock; a check of each
    row would cost more than the write."""
    return models.ForeignKey(
        model, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )


class Answer(models.Model):
    """PostgreSQL's primary key is (session_id, question_id), partitioned by the month in which the
    session began: one answer a question holds across partitions. Django sees `id` as the key.
    """

    id = models.UUIDField(
        primary_key=True,
        editable=False,
        default=uuid7,
        db_default=models.Func(function="uuidv7"),
    )
    # In quiz_sessions or in the archive.
    session_id = models.UUIDField("session")
    question = key_of(Question)
    revision = key_of(QuestionRevision)
    user = key_of(Member)
    status = models.TextField(choices=AnswerStatus, db_default="answered")
    is_correct = models.BooleanField("correct", null=True)
    # The "id"s of the choices in the revision's content.
    choice_ids = ArrayField(models.BigIntegerField(), null=True, blank=True)
    # What was typed: short answer and numeric.
    given_text = models.TextField("typed", null=True, blank=True)
    time_ms = models.PositiveIntegerField("time in ms", null=True, blank=True)
    answered_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "answers"
        ordering = ("-id",)
        default_permissions = ("view",)
        constraints = (
            one_of("status", AnswerStatus, name="answer_status_is_known"),
            models.CheckConstraint(
                condition=Q(
                    status=AnswerStatus.SKIPPED,
                    is_correct__isnull=True,
                    choice_ids__isnull=True,
                    given_text__isnull=True,
                )
                | Q(status=AnswerStatus.ANSWERED, is_correct__isnull=False),
                name="answer_is_judged_or_skipped",
            ),
            between("time_ms", 0, A_DAY, name="answer_takes_a_day_at_most"),
            at_most("given_text", LONGEST_TEXT, name="answer_is_short"),
        )
        indexes = (
            models.Index(fields=("id",), name="answer_key"),
            # A member's answers by time (seed 004).
            models.Index(
                "user",
                F("answered_at").desc(),
                "is_correct",
                name="idx_answer_analytics",
                condition=Q(is_correct__isnull=False),
            ),
            # A member's answers in the list, newest first, and those that an erasure blanks.
            models.Index(fields=("user", "id"), name="answer_of_member"),
            # Item statistics, and a question's answers in the list, newest first.
            models.Index(fields=("question", "id"), name="answer_of_question"),
            # The list's rarest.
            models.Index(
                fields=("id",), name="answer_skipped", condition=Q(is_correct__isnull=True)
            ),
        )
        triggers = (
            # Judged for good; only an erasure takes what was typed out of it.
            pgtrigger.ReadOnly(name="answer_is_for_good", exclude=["given_text"]),
            pgtrigger.Protect(
                name="answer_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__status=AnswerStatus.ANSWERED.value),
            ),
        )

    def __str__(self) -> str:
        return self.get_status_display()


class UncountedAnswers(models.Model):
    """What the figures do not hold yet: written in the transaction of the answers, and deleted in
    the one that counts them. So each answer counts once, in whatever order the writers commit,
    and after a restore into another server too; a watermark of ids or of transaction numbers would
    miss late commits or not survive the move. An unlogged table would be empty after a crash.
    """

    id = models.BigAutoField(primary_key=True)
    session_id = models.UUIDField()
    # Those that were answered; the skipped ones are in no figure.
    question_ids = ArrayField(models.UUIDField(), default=list, db_default=[])
    # The session was completed, or scored again.
    is_completion = models.BooleanField(default=False, db_default=False)
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "uncounted_answers"
        ordering = ("id",)
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.session_id}: {len(self.question_ids)}"


class AnswersSetAside(models.Model):
    """A message of the answers' stream that could not be written, as it came, and why."""

    id = models.BigAutoField(primary_key=True)
    message_id = models.TextField(unique=True)
    # Who it says it is from, if that can be read.
    user_id = models.UUIDField("member", null=True, blank=True)
    body = models.JSONField()
    reason = models.TextField()
    set_aside_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "answers_set_aside"
        verbose_name = "message set aside"
        verbose_name_plural = "messages set aside"
        ordering = ("-id",)
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return self.reason
