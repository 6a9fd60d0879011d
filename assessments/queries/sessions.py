"""Attempts at the assessment: a member's own, and the whole of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db.models import F

from assessments.models import AssessmentSession
from assessments.models.choices import SessionStatus

SHOWN = 20
CHUNK = 50
# Large, or of no use in a list.
HEAVY = ("interview_transcript", "flags", "dimensions", "category_scores")


def newest_attempts(member_id: UUID, user: Any) -> dict[str, Any]:
    """The member page's section: the newest SHOWN of how many, and which one is the best."""
    # Uses index: idx_cs_assessment_sessions_user_id of each partition.
    attempts = AssessmentSession.objects.filter(user=member_id)
    rows = list(attempts.defer(*HEAVY).order_by("-id")[: SHOWN + 1])
    more = len(rows) > SHOWN
    return {
        "member_id": member_id,
        "attempts": rows[:SHOWN],
        "count": attempts.count() if more else len(rows),
        "more": more,
        "best": best_attempt(member_id),
    }


def best_attempt(member_id: UUID) -> UUID | None:
    """That counts on the boards: the highest overall score, of these the earliest."""
    completed = AssessmentSession.objects.filter(
        user=member_id, status=SessionStatus.COMPLETED, overall_score__isnull=False
    )
    ranked = completed.order_by("-overall_score", "completed_at", "id")
    return ranked.values_list("pk", flat=True).first()


def all_attempts(member_id: UUID) -> Mapping[str, Iterable[Mapping[str, Any]]]:
    """Every column of every attempt, oldest first."""
    return {"assessment_sessions": whole_rows(AssessmentSession, member_id)}


def whole_rows(model: Any, member_id: UUID) -> Iterator[dict[str, Any]]:
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._default_manager.filter(user=member_id).order_by(F("pk").asc()).values(*names)
    return rows.iterator(chunk_size=CHUNK)
