"""A question's choices; for short answer and numeric they are the accepted answers."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from ops.constraints import at_most, not_blank
from ops.events import history_indexes, trackers
from quizbank.limits import TEXT_LENGTH
from quizbank.models.question import Question


def touch_questions(name: str, operation: pgtrigger.Operation) -> pgtrigger.Trigger:
    """The question's version and content hash follow its choices and placement, per statement."""
    rows = "old_rows" if operation == pgtrigger.Delete else "new_rows"
    referencing = (
        pgtrigger.Referencing(old="old_rows")
        if operation == pgtrigger.Delete
        else pgtrigger.Referencing(new="new_rows")
    )
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=referencing,
        func=f"""
            UPDATE public.questions SET version = version + 1
            WHERE id IN (SELECT question_id FROM {rows});
            RETURN NULL;
        """,  # noqa: S608  # a literal of this module
    )


TOUCHES_QUESTION = (
    touch_questions("question_follows_insert", pgtrigger.Insert),
    touch_questions("question_follows_update", pgtrigger.Update),
    touch_questions("question_follows_delete", pgtrigger.Delete),
)


@pghistory.track(*trackers(), meta=history_indexes("choice"))
class Choice(models.Model):
    # Uses index: choice_positions_are_distinct.
    question = models.ForeignKey(Question, models.CASCADE, related_name="choices", db_index=False)
    position = models.PositiveIntegerField(default=0, db_index=False)
    text = models.TextField()
    is_correct = models.BooleanField("correct", default=False)
    fraction = models.DecimalField(
        max_digits=6,
        decimal_places=5,
        null=True,
        blank=True,
        help_text="Partial credit from -1 to 1; empty: all or nothing.",
    )
    tolerance = models.DecimalField(
        max_digits=20,
        decimal_places=10,
        null=True,
        blank=True,
        help_text="Numeric questions: how far an answer may be off.",
    )
    feedback = models.TextField(blank=True, default="")

    class Meta:
        db_table = "choices"
        ordering = ("position",)
        constraints = (
            # Deferred, so that sorting can swap two.
            models.UniqueConstraint(
                fields=("question", "position"),
                name="choice_positions_are_distinct",
                deferrable=models.Deferrable.DEFERRED,
            ),
            not_blank("text", name="choice_has_text"),
            at_most("text", TEXT_LENGTH, name="choice_text_is_bounded"),
            at_most("feedback", TEXT_LENGTH, name="choice_feedback_is_bounded"),
            models.CheckConstraint(
                condition=Q(fraction__isnull=True) | Q(fraction__range=(-1, 1)),
                name="choice_fraction_is_between_minus_one_and_one",
                violation_error_message="The fraction lies between -1 and 1.",
            ),
            models.CheckConstraint(
                condition=Q(tolerance__isnull=True) | Q(tolerance__gte=0),
                name="choice_tolerance_is_not_negative",
                violation_error_message="A tolerance is zero or more.",
            ),
        )
        triggers = TOUCHES_QUESTION

    def __str__(self) -> str:
        return self.text
