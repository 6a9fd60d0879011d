"""The filters of the pools."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Exists, IntegerField, OuterRef, QuerySet, Value
from django.http import HttpRequest

from ops.admin.filters import KeyFilter
from quizbank.admin.filters import ExamFilter
from quizbank.models import Category, QuestionPool
from quizbank.models.quiz_session import MOST_QUESTIONS

# What a session asks for, unless somebody says otherwise.
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


class AsksFilter(SimpleListFilter):
    """What the column of shortages is measured by."""

    title = "a session asks for"
    parameter_name = "asks"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[Any, str]]:
        sizes = sorted({*SIZES, asked(request)})
        return [(str(size), f"{size} questions") for size in sizes if size != USUAL]

    def choices(self, changelist: Any) -> Any:
        for choice in super().choices(changelist):
            yield (
                choice
                if choice["display"] != "All"
                else {
                    **choice,
                    "display": f"{USUAL} questions",
                }
            )

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.annotate(asks=Value(asked(request), output_field=IntegerField()))


class ShortFilter(SimpleListFilter):
    title = "for a session"
    parameter_name = "short"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[Any, str]]:
        return [("yes", "Short"), ("no", "Enough")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asks = asked(request)
        if self.value() == "yes":
            return queryset.filter(size__lt=asks)
        return queryset.filter(size__gte=asks) if self.value() == "no" else queryset
