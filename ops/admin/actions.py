"""The action log on the screen: who did what to which thing, and when. It is read only."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.admin import ModelAdmin as DjangoAdmin
from django.contrib.admin import SimpleListFilter, register, site
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from unfold.decorators import display

from ops.admin.filters import DayFilter, KeyFilter
from ops.admin.keyset import KeysetAdmin
from ops.admin.reading import ReadingAdmin
from ops.models import AuditEntry, Run
from ops.queries import values_in_index

SYSTEM = "system"
# Details that the list leaves out.
KEYS = ("run", "operation")


class ActorFilter(KeyFilter):
    """Staff and those who were; for people who see everybody's actions."""

    title = "person"
    parameter_name = "person"

    def lookups(self, request: HttpRequest, model_admin: DjangoAdmin[Any]) -> list[tuple[Any, str]]:
        if not request.user.has_perm("ops.view_auditentry"):
            return []
        people = User.objects.filter(is_staff=True).order_by("username")
        return [(SYSTEM, "System"), *((user.pk, user.get_username()) for user in people)]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry]
    ) -> QuerySet[AuditEntry]:
        if self.value() == SYSTEM:
            return queryset.filter(actor=None)
        return super().queryset(request, queryset)

    def narrowed(self, queryset: QuerySet[AuditEntry], key: int) -> QuerySet[AuditEntry]:
        return queryset.filter(actor=key)


class IndexedFilter(SimpleListFilter):
    """The values that a column has, read from the beginning of its index."""

    parameter_name: str

    def lookups(self, request: HttpRequest, model_admin: DjangoAdmin[Any]) -> list[tuple[Any, str]]:
        values = values_in_index(AuditEntry, self.parameter_name)
        return [(value, in_words(value)) for value in values if value]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry]
    ) -> QuerySet[AuditEntry]:
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() else queryset


class ActionFilter(IndexedFilter):
    title = "action"
    parameter_name = "action"


class ThingFilter(IndexedFilter):
    title = "kind of thing"
    parameter_name = "entity_type"


@register(AuditEntry)
class AuditAdmin(KeysetAdmin, ReadingAdmin):
    page_template = "admin/ops/audit/entry.html"
    list_display = ("when", "person", "what", "thing", "told", "address")
    list_filter = (ActorFilter, ActionFilter, ThingFilter, ("created_at", DayFilter))
    list_filter_submit = True
    search_fields = ("entity_id",)
    search_help_text = "The beginning of a thing's name, its whole id, or a person's login name"
    actions = None

    # --- Who ---------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return AuditEntry.objects.visible_to(request.user)

    def has_view_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        """Who may see the own actions only: `get_queryset` leaves out the others'."""
        seen = ("ops.view_auditentry", "ops.view_own_auditentry")
        return any(request.user.has_perm(permission) for permission in seen)

    # --- The list ----------------------------------------------------------------------------
    @display(description="when")
    def when(self, entry: AuditEntry) -> datetime:
        return entry.created_at

    @display(description="person")
    def person(self, entry: AuditEntry) -> str:
        return entry.actor_name or "System"

    @display(description="action")
    def what(self, entry: AuditEntry) -> str:
        return in_words(entry.action)

    @display(description="thing")
    def thing(self, entry: AuditEntry) -> str:
        return thing_of(entry)

    @display(description="details")
    def told(self, entry: AuditEntry) -> str:
        text = " · ".join(f"{label}: {value}" for label, value in details_of(entry, but=KEYS))
        return text if len(text) <= 120 else f"{text[:119]}…"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        """An index serves each of the three."""
        term = search_term.strip()
        if not term:
            return queryset, False
        people = list(User.objects.filter(username__iexact=term).values_list("pk", flat=True))
        named = Q(details__label__istartswith=term)
        return queryset.filter(named | Q(entity_id=term) | Q(actor__in=people)), False

    # --- One action --------------------------------------------------------------------------
    def page_context(self, request: HttpRequest, obj: AuditEntry) -> dict[str, Any]:
        return {
            "title": f"{self.what(obj)}: {thing_of(obj)}" if obj.entity_id else self.what(obj),
            "entry": obj,
            "person": self.person(obj),
            "thing": thing_of(obj),
            "thing_url": url_of(obj, request),
            "run_url": run_url_of(obj, request),
            "details": details_of(obj),
        }


def in_words(name: str) -> str:
    """ "log_in" → "Log in"."""
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def thing_of(entry: AuditEntry) -> str:
    """By the name that it had then, where the log has one."""
    name = entry.details.get("label") or entry.entity_id
    return f"{in_words(entry.entity_type)} {name}".strip()


def details_of(entry: AuditEntry, *, but: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """(label, text) of what the log holds beside the name of the thing; nothing empty."""
    return [
        (in_words(name), value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in entry.details.items()
        if name != "label" and name not in but and value not in (None, "", [], {})
    ]


def run_url_of(entry: AuditEntry, request: HttpRequest) -> str:
    """The run that was started or cancelled, if this person may see it."""
    key = entry.details.get("run", "")
    run = Run.objects.visible_to(request.user).filter(pk=key).first() if is_uuid(key) else None
    return reverse("admin:ops_run_change", args=[run.pk]) if run else ""


def is_uuid(text: object) -> bool:
    try:
        return bool(UUID(str(text)))
    except ValueError:
        return False


def url_of(entry: AuditEntry, request: HttpRequest) -> str:
    """The thing's own page, if it has one that this person may open."""
    for model, model_admin in site._registry.items():
        opts = model._meta
        if opts.model_name != entry.entity_type or not model_admin.has_view_permission(request):
            continue
        with suppress(NoReverseMatch):
            return reverse(
                f"admin:{opts.app_label}_{opts.model_name}_change", args=[entry.entity_id]
            )
    return ""
