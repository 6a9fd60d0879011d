"""Imports of tasting notes: a file, its columns, what it would do, confirm; each can be undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin
from unfold.decorators import display

from flavors import importing
from flavors.admin.import_forms import ColumnsForm, UploadForm
from flavors.importing.batches import Refused
from flavors.imports import OPERATIONS, order, refuse_while_busy
from flavors.models import DescriptorImport
from ops.admin.following import run_context
from ops.errors import reason_of
from ops.imported import CONFIRMABLE, BatchStatus

PER_PAGE = 50
# Words of a row, about.
WORDS = 3
TABS = (
    ("refused", "Refused", "refused"),
    ("new", "New terms", "new_terms"),
    ("aliases", "Merged terms", "aliases"),
    ("duplicates", "There already", "duplicates"),
)


@register(DescriptorImport)
class DescriptorImportAdmin(ModelAdmin):
    list_display = ("file_name", "state", "descriptors", "new_terms", "refused", "by", "created_at")
    list_filter = ("status",)
    list_select_related = ("created_by",)
    list_per_page = 50
    search_fields = ("file_name",)
    show_full_result_count = False

    class Media:
        js = ("run.js",)

    @display(
        description="status",
        ordering="status",
        label={"Applied": "success", "Failed": "danger", "Waiting for confirmation": "warning"},
    )
    def state(self, batch: DescriptorImport) -> str:
        if batch.status == BatchStatus.PREVIEW and not batch.is_read:
            return "Columns not chosen yet"
        return batch.get_status_display()

    @display(description="descriptors")
    def descriptors(self, batch: DescriptorImport) -> str:
        return f"{batch.counts.get('descriptors', 0):,}"

    @display(description="new terms")
    def new_terms(self, batch: DescriptorImport) -> str:
        return f"{batch.counts.get('new_terms', 0):,}"

    @display(description="refused")
    def refused(self, batch: DescriptorImport) -> str:
        return f"{batch.counts.get('refused', 0):,}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[DescriptorImport]:
        return super().get_queryset(request).defer("file", "errors", "report")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        steps = {
            "columns": self.columns_view,
            "confirm": self.confirm_view,
            "discard": self.discard_view,
            "undo": self.undo_view,
        }
        return [
            *(
                path(f"<uuid:pk>/{name}/", view(step), name=f"flavors_descriptorimport_{name}")
                for name, step in steps.items()
            ),
            *super().get_urls(),
        ]

    def page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        everywhere = self.admin_site.each_context(request)
        return TemplateResponse(
            request,
            f"admin/flavors/descriptorimport/{template}.html",
            {**everywhere, "opts": self.opts, **context},
        )

    # --- choosing a file -------------------------------------------------------------------------
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                importing.refuse_size(upload.size)
                batch = importing.store_import(
                    file_name=upload.name,
                    data=upload.read(),
                    encoding=form.cleaned_data["encoding"],
                    user=request.user,
                )
                return redirect("admin:flavors_descriptorimport_change", batch.pk)
            except (importing.FileError, DatabaseError) as error:
                form.add_error("file", reason_of(error))
        return self.page(request, "upload", form=form, title="Import tasting notes")

    # --- one batch -------------------------------------------------------------------------------
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        batch = self.get_object(request, object_id)
        if batch is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return self.batch_page(request, batch)

    def batch_page(
        self, request: HttpRequest, batch: DescriptorImport, form: ColumnsForm | None = None
    ) -> HttpResponse:
        work = run_context(request.user, OPERATIONS, str(batch.pk))
        run = work["run"]
        may_import = self.has_add_permission(request) and not (run and run.is_active)
        waits = may_import and batch.status in CONFIRMABLE
        may_undo = may_import and batch.status == BatchStatus.APPLIED
        if waits and form is None and (not batch.is_read or "columns" in request.GET):
            form = ColumnsForm(batch.report.get("columns", []), initial=batch.options)
        return self.page(
            request,
            "batch",
            batch=batch,
            title=batch.file_name,
            media=self.media,
            columns=form,
            may_confirm=waits,
            may_undo=may_undo,
            forecast=importing.undo_forecast(batch) if may_undo and "undo" in request.GET else None,
            **work,
            **lists_of(batch, request.GET.get("show", ""), request.GET.get("page", "1")),
        )

    def columns_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        batch = self.posted(request, pk)
        form = ColumnsForm(batch.report.get("columns", []), request.POST)
        if batch.status in CONFIRMABLE and not form.is_valid():
            return self.batch_page(request, batch, form)
        if form.is_valid():
            self.attempt(request, lambda: self.read(request, batch, form.cleaned_data))
        return redirect("admin:flavors_descriptorimport_change", pk)

    def read(self, request: HttpRequest, batch: DescriptorImport, chosen: dict[str, Any]) -> None:
        refuse_while_busy(batch)
        if self.is_large(batch):
            importing.choose_columns(batch=batch, **chosen)
            self.order(request, "preview_descriptors", batch)
        else:
            importing.preview_import(batch=batch, **chosen)

    def confirm_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        batch = self.posted(request, pk)

        def confirm() -> None:
            refuse_while_busy(batch)
            if self.is_large(batch):
                return self.order(request, "import_descriptors", batch)
            done = importing.confirm_import(batch=batch)
            said = f"{done.counts['descriptors']:,} descriptors imported."
            self.message_user(request, said, messages.SUCCESS)

        self.attempt(request, confirm)
        return redirect("admin:flavors_descriptorimport_change", pk)

    def discard_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        batch = self.posted(request, pk)

        def discard() -> None:
            refuse_while_busy(batch)
            importing.discard_import(batch=batch)
            self.message_user(request, "Discarded; the file is gone.", messages.SUCCESS)

        self.attempt(request, discard)
        return redirect("admin:flavors_descriptorimport_change", pk)

    def undo_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        batch = self.posted(request, pk)

        def undo() -> None:
            refuse_while_busy(batch)
            if self.is_large(batch):
                return self.order(request, "undo_descriptors", batch)
            counts = importing.undo_import(batch=batch)
            said = f"{counts['undone']:,} taken back, {counts['kept']:,} kept."
            self.message_user(request, said, messages.SUCCESS)

        self.attempt(request, undo)
        return redirect("admin:flavors_descriptorimport_change", pk)

    # --- what the views share --------------------------------------------------------------------
    def attempt(self, request: HttpRequest, step: Callable[[], None]) -> None:
        try:
            step()
        except (importing.FileError, Refused, DatabaseError) as error:
            self.message_user(request, f"Nothing done: {reason_of(error)}", messages.ERROR)

    def is_large(self, batch: DescriptorImport) -> bool:
        """Nobody waits for it: a worker does it."""
        descriptors = batch.counts.get("descriptors") or batch.report.get("rows", 0) * WORDS
        return descriptors > settings.STEWARD_IMPORT_RUN_FROM

    def order(self, request: HttpRequest, operation: str, batch: DescriptorImport) -> None:
        order(operation, batch, request.user)
        self.message_user(request, "A worker does it; this page shows how far it is.")

    def posted(self, request: HttpRequest, pk: str) -> DescriptorImport:
        if request.method != "POST" or not self.has_add_permission(request):
            raise PermissionDenied
        return get_object_or_404(DescriptorImport.objects.defer("file", "errors"), pk=pk)


def lists_of(batch: DescriptorImport, wanted: str, number: str) -> dict[str, Any]:
    """`tabs` with rows, the open `tab` or None, and the `rows` of its page."""
    lists = batch.report | {"refused": batch.errors}
    tabs = [
        {"key": key, "label": label, "count": batch.counts[count], "rows": lists[key]}
        for key, label, count in TABS
        if batch.counts.get(count) and lists.get(key)
    ]
    tab = next((tab for tab in tabs if tab["key"] == wanted), tabs[0] if tabs else None)
    rows = Paginator(tab["rows"], PER_PAGE).get_page(number) if tab else None
    return {"tabs": tabs, "tab": tab, "rows": rows}
