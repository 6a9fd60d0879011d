"""Where a question stands: its exams, and its categories, one of which is primary."""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from ops.events import history_indexes, trackers
from ops.triggers import tell_caches
from quizbank.models.category import Category
from quizbank.models.choice import TOUCHES_QUESTION
from quizbank.models.exam import Exam
from quizbank.models.question import Question
from quizbank.models.restocking import restock


def placed(rows: str) -> str:
    return f"{rows} AS r JOIN public.questions AS q ON q.id = r.question_id"


@pghistory.track(*trackers(), meta=history_indexes("question_exam"))
class QuestionExam(models.Model):
    # Uses index: question_is_in_exam_once.
    question = models.ForeignKey(Question, models.CASCADE, db_index=False)
    exam = models.ForeignKey(Exam, models.PROTECT)

    class Meta:
        db_table = "question_exams"
        verbose_name = "exam"
        verbose_name_plural = "exams"
        constraints = (
            models.UniqueConstraint(fields=("question", "exam"), name="question_is_in_exam_once"),
        )
        triggers = (
            *TOUCHES_QUESTION,
            restock("restock_on_insert", pgtrigger.Insert, placed("new_rows"), new="new_rows"),
            restock("restock_on_update", pgtrigger.Update, placed("new_rows"), new="new_rows"),
            restock("restock_on_delete", pgtrigger.Delete, placed("old_rows"), old="old_rows"),
            tell_caches("exam_id"),
        )

    def __str__(self) -> str:
        return str(self.exam)


def place_questions(name: str, operation: pgtrigger.Operation, **rows: str) -> pgtrigger.Trigger:
    alias = next(iter(rows.values()))
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**rows),
        func=f"""
            PERFORM public.place_questions(array_agg(DISTINCT question_id))
            FROM {alias} HAVING count(*) > 0;
            RETURN NULL;
        """,  # a literal of this module
    )


def keep_primary(name: str, operation: pgtrigger.Operation, row: str, primary: bool) -> Any:
    """Deferred: a form may remove the primary category before it names the next one."""
    side = row.lower()
    return pgtrigger.Trigger(
        name=name,
        operation=operation,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        condition=pgtrigger.Q(**{f"{side}__is_primary": primary}),
        func=f"PERFORM public.assert_primary_category({row}.question_id); RETURN NULL;",
    )


# A question's first primary category needs no look, nor does one beside it that goes.
PRIMARIES = (
    keep_primary("placed_question_has_primary", pgtrigger.Insert | pgtrigger.Update, "NEW", False),
    keep_primary("primary_category_has_heir", pgtrigger.Update | pgtrigger.Delete, "OLD", True),
)


@pghistory.track(*trackers(), meta=history_indexes("question_category"))
class QuestionCategory(models.Model):
    # Uses index: question_is_in_category_once.
    question = models.ForeignKey(Question, models.CASCADE, db_index=False)
    category = models.ForeignKey(Category, models.PROTECT)
    is_primary = models.BooleanField("primary", default=False)

    class Meta:
        db_table = "question_categories"
        verbose_name = "category"
        verbose_name_plural = "categories"
        constraints = (
            models.UniqueConstraint(
                fields=("question", "category"), name="question_is_in_category_once"
            ),
            # The primary category is a flag on the placement, so it is one of the question's own.
            models.UniqueConstraint(
                fields=("question",),
                condition=Q(is_primary=True),
                name="question_has_one_primary_category",
                violation_error_message="Only one category can be the primary one.",
            ),
        )
        triggers = (
            *TOUCHES_QUESTION,
            *PRIMARIES,
            place_questions("place_on_insert", pgtrigger.Insert, new="new_rows"),
            place_questions("place_on_update", pgtrigger.Update, new="new_rows"),
            place_questions("place_on_delete", pgtrigger.Delete, old="old_rows"),
            tell_caches(),
        )

    def __str__(self) -> str:
        return str(self.category)
