"""Attempts at the assessment: a member's own, and the whole of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from assessments.models import AssessmentSession, Badge, Member
from assessments.models.choices import SessionStatus
from assessments.querysets import MemberQuerySet, key_in
from ops.rows import whole_rows

SHOWN = 20
# Large, or of no use in a list.
HEAVY = ("interview_transcript", "flags", "dimensions", "category_scores")
# So many members may match when their sessions are searched for.
MEMBERS = 500


def newest_attempts(member_id: UUID, user: Any) -> dict[str, Any]:
    """The member page's section: the newest SHOWN of how many, and which one is the best."""
    # Uses index: idx_cs_assessment_sessions_user_id of each partition.
    attempts = AssessmentSession.objects.filter(user=member_id)
    best = Subquery(ranked_attempts(member_id).values("pk")[:1])
    newest = attempts.annotate(best=best).defer(*HEAVY).order_by("-id")
    rows = list(newest[: SHOWN + 1])
    more = len(rows) > SHOWN
    return {
        "member_id": member_id,
        "attempts": rows[:SHOWN],
        "count": attempts.count() if more else len(rows),
        "more": more,
        "best": rows[0].best if rows else None,
    }


def best_attempt(member_id: UUID) -> UUID | None:
    return ranked_attempts(member_id).values_list("pk", flat=True).first()


def ranked_attempts(member_id: UUID) -> QuerySet[AssessmentSession]:
    """The first one counts on the boards: the highest overall score, of these the earliest."""
    completed = AssessmentSession.objects.filter(
        user=member_id, status=SessionStatus.COMPLETED, overall_score__isnull=False
    )
    return completed.order_by("-overall_score", "completed_at", "id")


def all_attempts(member_id: UUID) -> Mapping[str, Iterable[Mapping[str, Any]]]:
    """Every column of every attempt, oldest first, with the whole transcript."""
    attempts = AssessmentSession.objects.filter(user=member_id)
    return {"assessment_sessions": whole_rows(attempts)}


def whole_attempt(key: UUID) -> AssessmentSession:
    """With its member; `transcript_text` and `flags_text` are JSON, of any shape and depth."""
    return (
        AssessmentSession.objects.select_related("user")
        .defer("interview_transcript", "flags")
        .annotate(
            transcript_text=Cast("interview_transcript", TextField()),
            flags_text=Cast("flags", TextField()),
        )
        .get(pk=key)
    )


def badge_catalogue(codes: Iterable[str]) -> list[dict[str, str]]:
    found = Badge.objects.filter(code__in=list(codes))
    return [
        {"code": badge.code, "label": badge.label, "description": badge.description}
        for badge in found
    ]


def matching_attempts(
    attempts: QuerySet[AssessmentSession], text: str
) -> tuple[QuerySet[AssessmentSession], bool]:
    """By id, or of the members whose slug, id, name or e-mail it is.

    Also whether more members match than MEMBERS, the newest of whom are meant then.
    Their ids first: together in one query with a join, the search would read whole tables.
    """
    if not text.strip():
        return attempts, False
    if key := key_in(text):
        return attempts.filter(Q(pk=key) | Q(user=key)), False
    matching: MemberQuerySet = Member.objects.matching(text).resolved()
    found = list(matching.order_by("-created_at").values_list("pk", flat=True)[: MEMBERS + 1])
    # Uses index: idx_cs_assessment_sessions_profile_slug.
    slug = text.strip().replace("\0", "").lower()
    owners = AssessmentSession.objects.filter(profile_slug=slug).order_by()
    shown = [*found[:MEMBERS], *owners.values_list("user", flat=True)[:MEMBERS]]
    return attempts.filter(user__in=shown), len(found) > MEMBERS
