"""How many questions there are: of an exam, of a subject, in each status."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from ops.caching import remembered
from quizbank.models import Question, QuestionExam


@remembered("question-counts")
def question_counts(group: str) -> dict[int, tuple[int, int]]:
    """Of each exam ("exam") or subject ("subject") that has questions: key → all, active ones."""
    rows: QuerySet[Any]
    if group == "exam":
        rows, active = QuestionExam.objects.all(), Q(question__status="active")
    else:
        rows, active = Question.objects.exclude(subject=None), Q(status="active")
    groups = rows.order_by().values(f"{group}_id")
    counted = groups.annotate(every=Count("pk"), active=Count("pk", filter=active))
    found = counted.values_list(f"{group}_id", "every", "active")
    return {key: (every, active) for key, every, active in found}


@remembered("question-status")
def questions_in(status: str) -> int:
    """Uses index: question_pool_key for the active ones."""
    return Question.objects.filter(status=status).count()
