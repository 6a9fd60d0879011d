"""Questions in stock for draws. Only `rebuild_waiting_pools()` writes here."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now

from quizbank.models.category import Category
from quizbank.models.exam import Exam, Subject
from quizbank.models.question import Difficulty
from quizbank.models.restocking import pool_key


def place_key(model: Any) -> models.ForeignKey[Any, Any]:
    """No constraint: what is derived keeps no category from being deleted."""
    return models.ForeignKey(
        model,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )


def numbers() -> ArrayField[Any, Any]:
    return ArrayField(models.IntegerField())


class QuestionPool(models.Model):
    """The active questions of one system, topic, subject and difficulty, in the order of their use
    (`use_level`), then of their tenth of the success rate, then shuffled.

    Without an exam, those of the whole bank; each exam has pools of its own beside them.

    Levels and tiers say where in that order what begins, so that a draw reads no more of it than
    it takes: `level_uses[n]` begins at `level_starts[n]` (from 1), and has `level_sizes[n]`.
    """

    id = models.BigAutoField(primary_key=True)
    exam = place_key(Exam)
    system = place_key(Category)
    topic = place_key(Category)
    subject = place_key(Subject)
    difficulty = models.TextField(choices=Difficulty)
    # The same in every exam.
    key = models.GeneratedField(
        expression=pool_key(), output_field=models.TextField(), db_persist=True
    )
    question_ids = ArrayField(models.UUIDField())
    # As published at the last rebuild; a draw takes the latest one.
    revision_ids = ArrayField(models.UUIDField())
    size = models.GeneratedField(
        expression=Func("question_ids", function="cardinality"),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    level_uses = numbers()
    level_starts = numbers()
    level_sizes = numbers()
    tier_uses = numbers()
    # Tenths of the success rate, 0 to 10; -1 before the first answer.
    tier_success = numbers()
    tier_starts = numbers()
    tier_sizes = numbers()
    refreshed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "question_pools"
        verbose_name = "pool"
        default_permissions = ("view",)
        permissions = (("rebuild_questionpool", "Can rebuild pools"),)
        constraints = (
            models.UniqueConstraint(
                fields=("exam", "system", "topic", "subject", "difficulty"),
                nulls_distinct=False,
                name="pool_is_there_once",
            ),
            models.CheckConstraint(condition=Q(size__gte=1), name="pool_is_not_empty"),
            models.CheckConstraint(
                condition=Q(size=Func("revision_ids", function="cardinality")),
                name="pool_has_a_revision_a_question",
            ),
        )

    def __str__(self) -> str:
        return f"Pool {self.pk}"


class QuestionPoolList(models.Model):
    """Many pools as a long list, ordered by use: what `pool_list()` makes of a few, kept for draws
    from an exam or the whole bank, from a difficulty or from a range of 30 percent of success.

    Stretch n of the list belongs to `pools[n]`, begins there at `starts[n]` (from 1), and in the
    list after `befores[n]`. Only `list_pools()` writes here.
    """

    id = models.BigAutoField(primary_key=True)
    exam = place_key(Exam)
    difficulty = models.TextField(choices=Difficulty, null=True)
    # Percent.
    lowest = models.IntegerField(null=True)
    pools = ArrayField(models.BigIntegerField())
    uses = numbers()
    starts = numbers()
    befores = numbers()
    total = models.IntegerField()

    class Meta:
        db_table = "question_pool_lists"
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("exam", "difficulty", "lowest"),
                nulls_distinct=False,
                name="pools_are_listed_once",
            ),
        )

    def __str__(self) -> str:
        return f"List {self.pk}"


class WaitingPool(models.Model):
    """The key of pools whose questions changed since their rebuild: written by the triggers of the
    questions, once a statement, and deleted by the rebuild. Nobody waits for a row of it.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.TextField()
    since = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "waiting_question_pools"
        default_permissions = ()
        indexes = (models.Index(fields=("key",), name="waiting_pool_key"),)

    def __str__(self) -> str:
        return self.key
