"""The command palette finds terms too."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from flavors.terms.reading import beginning_with


def find(request: HttpRequest, term: str) -> list[SearchResult]:
    """At most ten terms, for those who may see them."""
    if not request.user.has_perm("flavors.view_term"):
        return []
    return [
        SearchResult(
            title=each.text,
            description=each.note,
            link=reverse("admin:flavors_term_change", args=[each.key]),
            icon="label",
        )
        for each in beginning_with(term[:500])
    ]
