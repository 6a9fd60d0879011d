"""The screens of exports: what there is, one of them, and a file that was prepared."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from ops import audit
from ops.admin.reading import ReadingAdmin
from ops.admin.runs import version_of
from ops.errors import reason_of
from ops.exports.downloading import Download
from ops.exports.forms import ExportForm, columns_in_words
from ops.exports.orders import (
    CONTENT_TYPES,
    Order,
    export_named,
    exports_for,
    may_export,
    may_export_personal,
    order_of,
)
from ops.exports.standing import active_runs, facts, files_of, preview
from ops.exports.work import delete_file, order_export, path_of, void_files, why_gone
from ops.models import ExportFile
from ops.progress import progress_of
from ops.registry import Export
from ops.work import Refused

# Rows from which on a download had better be prepared.
MANY = 1_000_000


@register(ExportFile)
class ExportFileAdmin(ReadingAdmin):
    actions = None

    class Media:
        js = ("run.js",)

    def get_urls(self) -> list[URLPattern]:
        views = {
            "changelist": ("", self.changelist_view),
            "export": ("of/<slug:name>/", self.export_view),
            "file": ("<uuid:pk>/", self.file_view),
            "download": ("<uuid:pk>/download/", self.download_view),
            "remove": ("<uuid:pk>/delete/", self.remove_view),
        }
        return [
            path(route, self.admin_site.admin_view(view), name=f"ops_exportfile_{name}")
            for name, (route, view) in views.items()
        ]

    def page(self, request: HttpRequest, name: str, **context: Any) -> TemplateResponse:
        everywhere = {**self.admin_site.each_context(request), "opts": self.opts}
        context = {"media": self.media, "days": settings.STEWARD_EXPORT_DAYS, **context}
        return TemplateResponse(request, f"admin/ops/export/{name}.html", everywhere | context)

    def prepared(self, request: HttpRequest, exports: list[Export]) -> dict[str, Any]:
        """Files and the runs that make some, for the template."""
        now = timezone.now()
        return {
            "files": files_of(request.user, exports),
            "runs": [
                (run, progress_of(run, now), version_of(run))
                for run in active_runs(request.user, exports)
            ],
            "may_delete_all": request.user.has_perm("ops.delete_exportfile"),
        }

    # --- What there is -----------------------------------------------------------------------
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method != "GET" or not self.has_view_permission(request):
            raise PermissionDenied
        return self.page(
            request,
            "list",
            title="Exports",
            areas=facts(request.user),
            may_see_log=request.user.has_perm("ops.view_auditentry"),
            **self.prepared(request, exports_for(request.user)),
        )

    # --- One of them -------------------------------------------------------------------------
    def export_view(self, request: HttpRequest, name: str) -> HttpResponseBase:
        """A POST says in `do` what becomes of the form: it is shown, downloaded or prepared."""
        export = known_export(name)
        if not (self.has_view_permission(request) and may_export(request.user, export)):
            raise PermissionDenied
        form = ExportForm(export, request.user, request.POST if "format" in request.POST else None)
        if form.is_valid() and (do := request.POST.get("do")) in ("download", "prepare"):
            start = self.start_download if do == "download" else self.start_run
            if answer := start(request, form.order()):
                return answer
        return self.page(
            request,
            "page",
            title=export.title,
            export=export,
            form=form,
            left_out="" if "with_personal" in form.fields else columns_in_words(export),
            **self.preview_of(request, form),
            **self.prepared(request, [export]),
        )

    def preview_of(self, request: HttpRequest, form: ExportForm) -> dict[str, Any]:
        """Nothing of a form that is wrong; before one is sent, all rows."""
        if form.is_bound and not form.is_valid():
            return {}
        personal = may_export_personal(request.user, form.export)
        order = form.order() if form.is_bound else Order(form.export, "csv", personal)
        try:
            found = preview(order)
        except DatabaseError as error:
            return {"trouble": reason_of(error)}
        return {"preview": found, "is_large": found.estimate >= MANY}

    def start_download(self, request: HttpRequest, order: Order) -> HttpResponseBase | None:
        try:
            download = Download(order=order, user=request.user)
        except DatabaseError as error:
            self.message_user(request, f"Nothing exported: {reason_of(error)}", messages.ERROR)
            return None
        return StreamingHttpResponse(
            download, content_type=CONTENT_TYPES[order.format], headers=as_file(order.file_name)
        )

    def start_run(self, request: HttpRequest, order: Order) -> HttpResponse:
        _, is_new = order_export(order=order, user=request.user)
        said = "It is being prepared." if is_new else "It is being prepared already."
        self.message_user(request, f"{said} The file will stand below.", messages.SUCCESS)
        return redirect("admin:ops_exportfile_export", order.export.name)

    # --- A file ------------------------------------------------------------------------------
    def file_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Where a link to it leads."""
        if request.method != "GET":
            raise PermissionDenied
        file, gone = self.file_for(request, pk)
        return self.file_page(request, file, gone)

    def file_page(self, request: HttpRequest, file: ExportFile, gone: str) -> HttpResponse:
        page = self.page(
            request,
            "file",
            title=str(file),
            file=file,
            order=order_of(file.parameters),
            gone=gone,
            may_delete=self.may_delete(request, file),
        )
        page.status_code = 410 if gone else 200
        return page

    def download_view(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        """By POST, because it is recorded."""
        if request.method != "POST":
            raise PermissionDenied
        file, gone = self.file_for(request, pk)
        if gone:
            return self.file_page(request, file, gone)
        audit.record(
            action="download_export",
            entity_type="export",
            entity_id=file.export,
            details={"label": str(file), **file.parameters, "rows": file.rows},
        )
        return FileResponse(
            path_of(file).open("rb"),
            content_type=CONTENT_TYPES[file.parameters["format"]],
            headers=as_file(str(file)),
        )

    def remove_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        if request.method != "POST":
            raise PermissionDenied
        file, _ = self.file_for(request, pk)
        if not self.may_delete(request, file):
            raise PermissionDenied
        if not file.deleted_at:
            delete_file(file=file, user=request.user)
            self.message_user(request, f"{file} is deleted.", messages.SUCCESS)
        return redirect("admin:ops_exportfile_export", file.export)

    def file_for(self, request: HttpRequest, pk: UUID) -> tuple[ExportFile, str]:
        """And why it is gone. The permission counts that the person has now, whoever ordered it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        file = get_object_or_404(ExportFile, pk=pk)
        may = may_export_personal if file.has_personal else may_export
        if not may(request.user, known_export(file.export)):
            raise PermissionDenied
        return file, why_gone(file, void_files())

    def may_delete(self, request: HttpRequest, file: ExportFile) -> bool:
        """The own ones, and those who may delete all."""
        return file.requested_by_id == request.user.pk or request.user.has_perm(
            "ops.delete_exportfile"
        )


def known_export(name: str) -> Export:
    try:
        return export_named(name)
    except Refused:
        raise Http404 from None


def as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
