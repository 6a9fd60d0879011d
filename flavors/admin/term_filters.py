"""The term list's filters."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest

from flavors.categories import branches, subtree_ids
from ops.admin.filters import KeyFilter

NONE = "none"


class CategoryFilter(KeyFilter):
    """With all below it; or the terms that need one: what is merged has that of the other one."""

    title = "category"
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[Any, str]]:
        return [(NONE, "No category"), *branches()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == NONE:
            return queryset.filter(category=None, canonical=None)
        return super().queryset(request, queryset)

    def narrowed(self, queryset: QuerySet[Any], key: int) -> QuerySet[Any]:
        return queryset.filter(category__in=subtree_ids(key))


class MergedFilter(SimpleListFilter):
    title = "merged"
    parameter_name = "merged"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[Any, str]]:
        return [("no", "Standing for themselves"), ("yes", "Merged into another one")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("yes", "no"):
            return queryset.filter(canonical__isnull=self.value() == "no")
        return queryset
