"""The command palette finds questions, members and flavor terms, for those who may see them."""

from __future__ import annotations

from django.http import HttpRequest
from unfold.dataclasses import SearchResult

from assessments import search as members
from flavors import search as terms
from quizbank import search as questions


def find(request: HttpRequest, term: str) -> list[SearchResult]:
    return [
        *members.find(request, term),
        *questions.find(request, term),
        *terms.find(request, term),
    ]
