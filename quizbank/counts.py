"""How many questions an exam or a subject has."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from ops.caching import remembered
from quizbank.models import Question, QuestionExam


@remembered("question-counts")
def question_counts(by: str) -> dict[int, tuple[int, int]]:
    """Of each exam ("exam") or subject ("subject") that has questions: key → all, active ones."""
    rows: QuerySet[Any]
    if by == "exam":
        rows, active = QuestionExam.objects.all(), Q(question__status="active")
    else:
        rows, active = Question.objects.exclude(subject=None), Q(status="active")
    groups = rows.order_by().values(f"{by}_id")
    counted = groups.annotate(every=Count("pk"), active=Count("pk", filter=active))
    found = counted.values_list(f"{by}_id", "every", "active")
    return {key: (every, active) for key, every, active in found}
