"""Filters over rows with time-ordered keys."""

from __future__ import annotations

from copy import copy
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import RangeDateFilter, TextFilter
from unfold.utils import parse_date_str

from ops.keys import key_of, made_between, midnight
from ops.models import Run
from ops.registry import Operation, declared


class MomentFilter(RangeDateFilter):
    """On a moment: from one day to another, both included, in the person's zone."""

    def bounds(self) -> tuple[datetime | None, datetime | None]:
        """[first, before); None for no bound."""
        first, last = (
            parse_date_str(str(self.used_parameters.get(f"{self.parameter_name}_{end}", "")))
            for end in ("from", "to")
        )
        until = last + timedelta(days=1) if last and last < date.max else None
        return midnight(first) if first else None, midnight(until) if until else None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        bounds = zip(("gte", "lt"), self.bounds(), strict=True)
        return queryset.filter(**{f"{self.field_path}__{end}": at for end, at in bounds if at})


class DayFilter(MomentFilter):
    """The same on `created_at` of time-ordered keys: a range of the key."""

    by_index = True

    def __init__(self, field: Any, *args: Any, **kwargs: Any) -> None:
        # The column is generated; the library asks for the kind of its values.
        moment = copy(field.output_field)
        moment.verbose_name = "day"
        super().__init__(moment, *args, **kwargs)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(made_between(*self.bounds()))


class KeyFilter(SimpleListFilter):
    """By the key of another row; nonsense in the address filters nothing."""

    def narrowed(self, queryset: QuerySet[Any], key: int) -> QuerySet[Any]:
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # Where choices are counted, the value is a choice as the lookups have it.
        key = key_of(str(self.value() or ""))
        return queryset if key is None else self.narrowed(queryset, key)


class OperationFilter(SimpleListFilter):
    title = "operation"
    parameter_name = "operation"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[Any, str]]:
        operations = declared(Operation).values()
        return sorted(((each.name, each.title) for each in operations), key=lambda each: each[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Run]) -> QuerySet[Run]:
        return queryset.filter(operation=self.value()) if self.value() else queryset


class PersonFilter(KeyFilter):
    """Those who started a run; for people who see all runs."""

    title = "person"
    parameter_name = "person"
    SYSTEM = "system"

    def has_output(self) -> bool:
        return len(self.lookup_choices) > 1

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[Any, str]]:
        if not request.user.has_perm("ops.view_run"):
            return []
        started = Exists(Run.objects.filter(requested_by=OuterRef("pk")))
        people = User.objects.filter(started).order_by("username")
        return [
            (self.SYSTEM, "Schedules"),
            *((str(user.pk), user.get_username()) for user in people),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Run]) -> QuerySet[Run]:
        if self.value() == self.SYSTEM:
            return queryset.exclude(schedule="")
        return super().queryset(request, queryset)

    def narrowed(self, queryset: QuerySet[Run], key: int) -> QuerySet[Run]:
        return queryset.filter(requested_by=key)


class IdFilter(TextFilter):
    """Rows of one thing, by its whole id; `parameter_name` is the column."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        given = (self.value() or "").strip()
        if not given:
            return queryset
        keys = self.keys(request, given)
        if not keys:
            # Counting has nobody to tell.
            messages.warning(
                request, f"No {self.title} has {given[:80]} as its id.", fail_silently=True
            )
            return queryset.none()
        name = self.parameter_name
        return queryset.filter(**{name: keys[0]} if len(keys) == 1 else {f"{name}__in": keys})

    def keys(self, request: HttpRequest, given: str) -> list[UUID]:
        try:
            return [UUID(given)]
        except ValueError:
            return []
