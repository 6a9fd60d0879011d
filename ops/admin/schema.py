"""The schema beside what the migrations make, and the migrations that made it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.admin import EmptyFieldListFilter, register
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.decorators import display

from ops.admin.reading import ReadingAdmin
from ops.durations import in_words
from ops.latest import latest_run
from ops.models import AppliedMigration, SchemaExpectation
from ops.runs import enqueue, may_start, operation_named
from ops.schema.comparing import STATES
from ops.schema.standing import standing
from ops.schema.work import VERIFY


@register(SchemaExpectation)
class SchemaAdmin(ReadingAdmin):
    """One page: how the last verification went."""

    kept = ("changelist",)

    def get_urls(self) -> list[URLPattern]:
        verify = self.admin_site.admin_view(self.verify_view)
        return [
            path("verify/", verify, name="ops_schemaexpectation_verify"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method != "GET" or not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Schema",
            "latest": latest_run(request.user, VERIFY),
            "standing": standing(),
            "states": [state.capitalize() if state != "OK" else state for state in STATES],
            "may_verify": may_start(request.user, operation_named(VERIFY)),
            "tabs": tabs("Verification"),
        }
        return TemplateResponse(request, "admin/ops/schema/page.html", context)

    def verify_view(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not may_start(request.user, operation_named(VERIFY)):
            raise PermissionDenied
        run, created = enqueue(operation=VERIFY, user=request.user)
        if not created:
            self.message_user(request, "It is being verified already: this is that run.")
        return redirect("admin:ops_run_change", run.pk)


def tabs(here: str) -> list[tuple[str, str, bool]]:
    """(Title, address, whether it is this page)."""
    pages = {"Verification": "schemaexpectation", "Migrations": "appliedmigration"}
    return [
        (title, reverse(f"admin:ops_{model}_changelist"), title == here)
        for title, model in pages.items()
    ]


class TakenBackFilter(EmptyFieldListFilter):
    """Those that hold, or those that were taken back."""

    def choices(self, changelist: Any) -> Any:
        everything, holds, taken_back = super().choices(changelist)
        yield everything
        yield holds | {"display": "Holds"}
        yield taken_back | {"display": "Taken back"}


@register(AppliedMigration)
class MigrationAdmin(ReadingAdmin):
    kept = ("changelist",)
    change_list_template = "admin/ops/schema/migrations.html"
    list_display = ("app", "name", "applied_at", "by", "took", "taken_back")
    list_display_links = None
    list_filter = (("reversed_at", TakenBackFilter),)
    search_fields = ("app", "name")
    list_per_page = 100
    actions = None

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra = {"tabs": tabs("Migrations"), "title": "Migrations"}
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    @display(description="by", empty_value="-")
    def by(self, migration: AppliedMigration) -> str | None:
        version = migration.server_version.partition(" ")[0]
        return f"{migration.applied_by}, PostgreSQL {version}" if migration.applied_by else None

    @display(description="took", ordering="seconds", empty_value="-")
    def took(self, migration: AppliedMigration) -> str | None:
        if migration.seconds is None:
            return None
        if migration.seconds < 1:
            return f"{migration.seconds * 1000:,.0f} ms"
        return in_words(timedelta(seconds=migration.seconds))

    @display(description="taken back", ordering="reversed_at", empty_value="-")
    def taken_back(self, migration: AppliedMigration) -> Any:
        return migration.reversed_at
