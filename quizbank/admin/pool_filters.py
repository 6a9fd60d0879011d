"""The filters of the pools."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from ops.admin.filters import KeyFilter
from ops.keys import key_of
from quizbank.admin.filters import ExamFilter
from quizbank.demand import Demand, demand
from quizbank.models import Category, QuestionPool
from quizbank.models.quiz_session import MOST_QUESTIONS

# What a session asks for where neither sessions nor somebody says it.
USUAL = 10
SIZES = (5, USUAL, 20, 50, MOST_QUESTIONS)


def asked(request: HttpRequest) -> int:
    """What a session asks for: 1 to 100."""
    given = request.GET.get("asks", "")
    number = int(given) if given.isdecimal() and len(given) < 4 else USUAL
    return min(max(number, 1), MOST_QUESTIONS)


class ScopeFilter(ExamFilter):
    """Chosen in the admin's get_queryset: without an exam, the pools of the whole bank."""

    def narrowed(self, queryset: QuerySet[Any], key: int) -> QuerySet[Any]:
        return queryset


class SystemFilter(KeyFilter):
    """Those that have pools."""

    title = "system"
    parameter_name = "system"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[Any, str]]:
        used = Exists(QuestionPool.objects.filter(exam=None, system=OuterRef("pk")))
        roots = Category.objects.filter(used, parent=None).order_by("exam__code", "position")
        return [(root.pk, str(root)) for root in roots]

    def narrowed(self, queryset: QuerySet[Any], key: int) -> QuerySet[Any]:
        return queryset.filter(system=key)


def asks_given(request: HttpRequest) -> bool:
    return "asks" in request.GET


def demand_of(request: HttpRequest) -> Demand:
    """Read once a request."""
    if not hasattr(request, "demand"):
        request.demand = demand(key_of(request.GET.get("exam")))  # type: ignore[attr-defined]
    return request.demand  # type: ignore[attr-defined, no-any-return]


class AsksFilter(SimpleListFilter):
    """What the column of shortages is measured by."""

    title = "a session asks for"
    parameter_name = "asks"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[Any, str]]:
        sizes = sorted({*SIZES, asked(request)})
        return [(str(size), f"{size} questions") for size in sizes]

    def choices(self, changelist: Any) -> Any:
        for choice in super().choices(changelist):
            every = choice["display"] == "All"
            yield {**choice, "display": "What sessions asked for"} if every else choice

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset


def measured(pools: Iterable[Any], request: HttpRequest) -> None:
    """Says of each what it lacks, `missing` (None where nothing was asked), and in which exam that
    is worst, `short_in`."""
    for pool in pools:
        if asks_given(request):
            pool.missing, pool.short_in = max(0, asked(request) - pool.size), ""
        else:
            pool.missing, pool.short_in = demand_of(request).missing.get(pool.key, (None, ""))


class ShortFilter(SimpleListFilter):
    title = "for a session"
    parameter_name = "short"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[Any, str]]:
        return [("yes", "Short"), ("no", "Not short")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("yes", "no"):
            return queryset
        if asks_given(request):
            short = Q(size__lt=asked(request))
        else:
            short = Q(key__in=demand_of(request).short)
        return queryset.filter(short if self.value() == "yes" else ~short)
