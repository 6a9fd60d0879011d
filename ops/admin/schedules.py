"""Schedules: when each ran, when it runs next, on or off, and now."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.admin import ModelAdmin

from ops.models import ScheduleState
from ops.queries import schedule_rows
from ops.registry import Schedule, declared
from ops.runs import may_start, operation_named
from ops.schedules import run_schedule_now, switch_schedule
from ops.work import Refused


@register(ScheduleState)
class ScheduleAdmin(ModelAdmin):
    actions = None

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "ops_schedulestate"
        return [
            path("", view(self.changelist_view), name=f"{name}_changelist"),
            path("<str:schedule>/switch/", view(self.switch_view), name=f"{name}_switch"),
            path("<str:schedule>/run/", view(self.run_view), name=f"{name}_run"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method == "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Schedules",
            "rows": [
                (row, bool(row.operation and may_start(request.user, row.operation)))
                for row in schedule_rows(timezone.now())
            ],
            "may_switch": self.has_change_permission(request),
            "zone": timezone.get_default_timezone_name(),
        }
        return TemplateResponse(request, "admin/ops/schedule/list.html", context)

    def switch_view(self, request: HttpRequest, schedule: str) -> HttpResponse:
        """Posts what it should be, so that two clicks at once agree."""
        found = self.posted(request, schedule)
        on = request.POST.get("on") == "1"
        switch_schedule(name=found.name, on=on, user=request.user)
        self.message_user(request, f"{found.name} is {'on' if on else 'off'}.", messages.SUCCESS)
        return redirect("admin:ops_schedulestate_changelist")

    def run_view(self, request: HttpRequest, schedule: str) -> HttpResponse:
        found = self.posted(request, schedule)
        try:
            if not may_start(request.user, operation_named(found.operation)):
                raise PermissionDenied
            run, created = run_schedule_now(schedule=found, user=request.user)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect("admin:ops_schedulestate_changelist")
        if not created:
            self.message_user(request, "It is going already: this is that run.")
        return redirect("admin:ops_run_change", run.pk)

    def posted(self, request: HttpRequest, name: str) -> Schedule:
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied
        if name not in declared(Schedule):
            raise Http404
        return declared(Schedule)[name]
