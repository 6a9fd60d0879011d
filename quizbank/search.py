"""The command palette finds questions too."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from quizbank.models import Question


def find(request: HttpRequest, term: str) -> list[SearchResult]:
    """At most ten questions, for those who may see them."""
    if not request.user.has_perm("quizbank.view_question"):
        return []
    return [
        SearchResult(
            title=str(question),
            description=question.get_status_display(),
            link=reverse("admin:quizbank_question_change", args=[question.pk]),
            icon="quiz",
        )
        for question in Question.objects.matching(term).order_by("-updated_at")[:10]
    ]
