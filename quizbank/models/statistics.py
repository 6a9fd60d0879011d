"""Figures that are computed in advance; the database refreshes them, nobody edits them."""

from __future__ import annotations

from django.db import models

from assessments.models import Member
from quizbank.querysets import CategoryStatisticQuerySet


class CategoryStatistic(models.Model):
    """A row of the materialized view `category_statistics`: an exam's active questions in one
    category, and how they do."""

    id = models.UUIDField(primary_key=True, editable=False)
    exam_code = models.TextField("exam")
    category_code = models.TextField("category")
    total_questions = models.PositiveBigIntegerField("questions")
    premium_questions = models.PositiveBigIntegerField("premium")
    user_questions = models.PositiveBigIntegerField("user generated")
    unanswered_questions = models.PositiveBigIntegerField("never answered")
    flagged_questions = models.PositiveBigIntegerField("to be checked")
    reported_questions = models.PositiveBigIntegerField("reported")
    attempts = models.PositiveBigIntegerField("answers")
    accuracy = models.DecimalField("right, %", max_digits=5, decimal_places=2, null=True)
    average_time = models.PositiveIntegerField("average time in seconds", null=True)
    members = models.PositiveBigIntegerField()

    objects = CategoryStatisticQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "category_statistics"
        verbose_name = "category statistic"
        ordering = ("exam_code", "category_code")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.exam_code} · {self.category_code}"


class UserDailyStat(models.Model):
    """A row of the materialized view `user_daily_stats`; the days are UTC's."""

    pk = models.CompositePrimaryKey("user_id", "stat_date")
    user = models.ForeignKey(
        Member, models.DO_NOTHING, db_constraint=False, related_name="+", verbose_name="member"
    )
    stat_date = models.DateField("day")
    daily_questions = models.PositiveBigIntegerField("answers")
    daily_correct = models.PositiveBigIntegerField("correct")
    # From 0 to 1.
    daily_accuracy = models.DecimalField("accuracy", max_digits=5, decimal_places=4)
    daily_sessions = models.PositiveBigIntegerField("sessions")
    daily_time_ms = models.PositiveBigIntegerField("time in ms")

    class Meta:
        managed = False
        db_table = "user_daily_stats"
        verbose_name = "day of a member"
        verbose_name_plural = "days of members"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.stat_date}: {self.daily_questions:,} answers"
