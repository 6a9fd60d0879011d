"""The start page: what waits for this person."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse

from quizbank.models import ImportBatch, Question


def start_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds `waiting`: [{"title", "count", "link"}]; nobody sees what they may not open."""
    waiting = []
    if request.user.has_perm("quizbank.view_question"):
        waiting += questions_waiting(request)
    if request.user.has_perm("quizbank.view_importbatch"):
        previews = ImportBatch.objects.filter(status="preview").count()
        url = reverse("admin:quizbank_importbatch_changelist")
        waiting.append(card("Imports to confirm", previews, f"{url}?status__exact=preview"))
    return context | {"waiting": waiting}


def card(title: str, count: int, link: str) -> dict[str, Any]:
    return {"title": title, "count": count, "link": link}


def questions_waiting(request: HttpRequest) -> list[dict[str, Any]]:
    """One query over the bank."""
    url = reverse("admin:quizbank_question_changelist")
    counts = Question.objects.aggregate(
        review=Count("pk", filter=Q(status="in_review")),
        drafts=Count("pk", filter=Q(status="draft")),
        changes=Count("pk", filter=Q(has_unpublished_changes=True)),
        silent=Count("pk", filter=Q(explanation="")),
        active=Count("pk", filter=Q(status="active")),
    )
    return [
        card("In review", counts["review"], f"{url}?status__exact=in_review"),
        card("Drafts", counts["drafts"], f"{url}?status__exact=draft"),
        card("Unpublished changes", counts["changes"], f"{url}?has_unpublished_changes__exact=1"),
        card("Without explanation", counts["silent"], f"{url}?explanation=none"),
        card("Active questions", counts["active"], f"{url}?status__exact=active"),
    ]
