"""The command palette finds members too."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from assessments.models import Member

SHOWN = 10
# Shorter terms match half of everybody; the list finds those.
SHORTEST = 2


def find(request: HttpRequest, term: str) -> list[SearchResult]:
    """The SHOWN that were seen last, for those who may see members."""
    if not request.user.has_perm("assessments.view_member") or len(term.strip()) < SHORTEST:
        return []
    return [
        SearchResult(
            title=member.display_name,
            description=member.email or "Erased",
            link=reverse("admin:assessments_member_change", args=[member.pk]),
            icon="person",
        )
        for member in Member.objects.matching(term).resolved().recently_seen()[:SHOWN]
    ]
