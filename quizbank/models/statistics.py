"""Figures that are computed in advance; the database refreshes them, nobody edits them."""

from __future__ import annotations

from django.db import models

from quizbank.querysets import CategoryStatisticQuerySet


class CategoryStatistic(models.Model):
    """A row of the materialized view `category_statistics`: the active questions of an exam."""

    id = models.UUIDField(primary_key=True, editable=False)
    exam_code = models.TextField("exam")
    category_code = models.TextField("category")
    total_questions = models.PositiveBigIntegerField("questions")
    premium_questions = models.PositiveBigIntegerField("premium")
    user_questions = models.PositiveBigIntegerField("user generated")

    objects = CategoryStatisticQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "category_statistics"
        verbose_name = "category statistic"
        ordering = ("exam_code", "category_code")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.exam_code} · {self.category_code}"
