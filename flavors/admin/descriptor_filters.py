"""Filters of the descriptors: by an index, through the lexicon, or met on the way."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter, TextFilter

from assessments.models import Member
from flavors.models import Descriptor
from flavors.term_sets import TermSet, categories_in_order, terms_of, terms_of_category
from ops.admin.filters import IdFilter
from ops.keys import key_of

type Choices = list[tuple[Any, str]]


class MemberFilter(IdFilter):
    """By id; by e-mail for who may see members. Uses index: descriptor_of_member."""

    title = "member"
    parameter_name = "user_id"
    by_index = True

    def keys(self, request: HttpRequest, given: str) -> list[UUID]:
        if "@" in given and request.user.has_perm("assessments.view_member"):
            return list(Member.objects.filter(email__iexact=given).values_list("pk", flat=True))
        return super().keys(request, given)


class TermFilter(TextFilter):
    """Uses index: descriptor_of_term."""

    title = "term"
    parameter_name = "term"

    @property
    def by_index(self) -> bool:
        return len(self.terms.terms) < 2 or self.terms.by_index

    @property
    def lead(self) -> str:
        return self.terms.lead

    @cached_property
    def terms(self) -> TermSet:
        return terms_of((self.value() or "").strip())

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Descriptor]
    ) -> QuerySet[Descriptor]:
        given = (self.value() or "").strip()
        if not given:
            return queryset
        if not self.terms.terms:
            # Counting has nobody to tell.
            messages.warning(
                request, f"The lexicon has no term “{given[:80]}”.", fail_silently=True
            )
            return queryset.none()
        return self.terms.narrow(queryset)


class CategoryFilter(DropdownFilter):
    """With its branch."""

    title = "category"
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return list(categories_in_order())

    @cached_property
    def terms(self) -> TermSet | None:
        chosen = key_of(self.value())
        return None if chosen is None else terms_of_category(chosen)

    @property
    def by_index(self) -> bool:
        return self.terms is None or self.terms.by_index

    @property
    def lead(self) -> str:
        return self.terms.lead if self.terms else ""

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Descriptor]
    ) -> QuerySet[Descriptor]:
        return queryset if self.terms is None else self.terms.narrow(queryset)


class IntensityFilter(DropdownFilter):
    title = "intensity"
    parameter_name = "intensity"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [*((str(step), str(step)) for step in range(1, 6)), ("none", "Not told")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Descriptor]
    ) -> QuerySet[Descriptor]:
        chosen = self.value()
        if chosen == "none":
            return queryset.filter(intensity=None)
        return queryset.filter(intensity=int(chosen)) if chosen in set("12345") else queryset


class ExtractionFilter(DropdownFilter):
    title = "extraction"
    parameter_name = "ai"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [("yes", "By AI"), ("no", "By the member")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Descriptor]
    ) -> QuerySet[Descriptor]:
        wanted = {"yes": True, "no": False}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(ai_extracted=wanted)
