"""The screens of backups: the list, one with what its drill found, and the way back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from ops.admin.reading import ReadingAdmin
from ops.backups.archiver import archiver
from ops.backups.declarations import PERMISSION
from ops.backups.standing import rows_of, standing
from ops.durations import in_words
from ops.models import Backup
from ops.models.backup import BackupState, Verdict
from ops.runs import enqueue
from ops.work import Refused

COLOURS = {
    Verdict.RESTORED.label: "success",
    Verdict.BROKEN.label: "danger",
    Verdict.UNTRIED.label: "warning",
    BackupState.WRITING.label: "info",
    BackupState.FAILED.label: "danger",
    BackupState.DELETED.label: "",
}


@register(Backup)
class BackupAdmin(ReadingAdmin):
    page_template = "admin/ops/backup/page.html"
    list_before_template = "admin/ops/backup/above_list.html"
    list_display = ("made", "verdict_shown", "size_shown", "took_shown", "expires", "why")
    list_display_links = ("made",)
    list_filter = ("state", "verdict")
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-id",)
    sortable_by = ()
    actions = None

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("back-up/", view(self.run_view), name="ops_backup_run"),
            path("prune/", view(self.prune_view), name="ops_backup_prune"),
            path("restoring/", view(self.restoring_view), name="ops_backup_restoring"),
            path("point-in-time/", view(self.archiver_view), name="ops_backup_archiver"),
            path("<uuid:pk>/verify/", view(self.verify_view), name="ops_backup_verify"),
            *super().get_urls(),
        ]

    # --- The list ----------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet[Backup]:
        """Manifests are as long as there are tables; only a page of one shows it."""
        return super().get_queryset(request).defer("manifest", "differences")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {**standing(), "may_act": may_act(request)}
        context["prune_text"] = prune_text(context["outdated"])
        context["prune_yes"] = prune_yes(len(context["outdated"]))
        return super().changelist_view(request, {**(extra_context or {}), **context})

    @display(description="made")
    def made(self, backup: Backup) -> SafeString:
        return on_one_line(backup.created_at, "Y-m-d H:i")

    @display(description="state", label=COLOURS)
    def verdict_shown(self, backup: Backup) -> str:
        return state_of(backup)

    @display(description="size")
    def size_shown(self, backup: Backup) -> str:
        return filesizeformat(backup.size) if backup.size else "-"

    @display(description="took")
    def took_shown(self, backup: Backup) -> str:
        return in_words(backup.took) if backup.took else "-"

    @display(description="kept until")
    def expires(self, backup: Backup) -> SafeString | None:
        return on_one_line(backup.expires_at, "Y-m-d") if backup.is_kept else None

    @display(description="what went wrong")
    def why(self, backup: Backup) -> str:
        return backup.error or backup.problem

    # --- One backup --------------------------------------------------------------------------
    def page_context(self, request: HttpRequest, obj: Backup) -> dict[str, Any]:
        rows = rows_of(obj)
        return {
            "title": obj.file_name,
            "backup": obj,
            "state": state_of(obj),
            "kind": COLOURS[state_of(obj)],
            "took": in_words(obj.took) if obj.took else "",
            "tables": [row for row in rows if row.rows or not row.is_same],
            "empty": [row.name for row in rows if not row.rows and row.is_same],
            "may_act": may_act(request) and obj.is_kept,
            **standing(),
        }

    # --- What ops do -------------------------------------------------------------------------
    def run_view(self, request: HttpRequest) -> HttpResponse:
        return self.start(request, "back_up", verify=True)

    def prune_view(self, request: HttpRequest) -> HttpResponse:
        return self.start(request, "prune_backups")

    def verify_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        require_post(request)
        backup = get_object_or_404(Backup, pk=pk)
        if not backup.is_kept:
            self.message_user(request, "Its file is not there to be restored.", messages.ERROR)
            return redirect("admin:ops_backup_change", backup.pk)
        return self.start(request, "verify_backup", backup=str(backup.pk))

    def start(self, request: HttpRequest, operation: str, **parameters: Any) -> HttpResponse:
        require_post(request)
        try:
            run, is_new = enqueue(operation=operation, parameters=parameters, user=request.user)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect("admin:ops_backup_changelist")
        if not is_new:
            self.message_user(request, "One is going already: this is that run.")
        return redirect("admin:ops_run_change", run.pk)

    # --- How to go back ----------------------------------------------------------------------
    def restoring_view(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, "restoring", title="How to restore", **standing())

    def archiver_view(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, "archiver", title="Point-in-time recovery", archiver=archiver())

    def page(self, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
        if request.method != "GET" or not self.has_view_permission(request):
            raise PermissionDenied
        everywhere = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"admin/ops/backup/{name}.html", everywhere | context)


def on_one_line(moment: datetime, form: str) -> SafeString:
    text = date_format(timezone.localtime(moment), form)
    return format_html('<span class="steward-span">{}</span>', text)


def may_act(request: HttpRequest) -> bool:
    return bool(request.user.has_perm(PERMISSION))


def prune_text(outdated: list[Backup]) -> str:
    names = ", ".join(backup.file_name for backup in outdated)
    return f"They are older than backups are kept: {names}. It cannot be undone."


def prune_yes(number: int) -> str:
    return f"Delete {number:,} backup{'' if number == 1 else 's'}"


def require_post(request: HttpRequest) -> None:
    if request.method != "POST" or not may_act(request):
        raise PermissionDenied


def state_of(backup: Backup) -> str:
    return str(backup.get_verdict_display() if backup.is_kept else backup.get_state_display())
