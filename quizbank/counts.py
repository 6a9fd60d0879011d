"""How many questions there are: of an exam, of a subject, in each status."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet

from ops.caching import remembered
from quizbank.models import Question, QuestionExam


@remembered("question-counts")
def question_counts(group: str) -> dict[int, tuple[int, int]]:
    """Of each exam ("exam") or subject ("subject") that has questions: key → all, active ones.

    Most are active: the others are found by index, and taken off. Uses index: question_queues.
    """
    rows: QuerySet[Any]
    others: QuerySet[Any]
    if group == "exam":
        rows = QuestionExam.objects.all()
        others = rows.filter(question__in=Question.objects.exclude(status="active"))
    else:
        rows = Question.objects.exclude(subject=None)
        others = rows.exclude(status="active")
    every, inactive = counts_by(rows, f"{group}_id"), counts_by(others, f"{group}_id")
    return {key: (number, number - inactive.get(key, 0)) for key, number in every.items()}


def counts_by(rows: QuerySet[Any], column: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(column).annotate(number=Count("*")))


@remembered("question-status")
def questions_in(status: str) -> int:
    """Uses index: question_pool_key for the active ones."""
    return Question.objects.filter(status=status).count()
