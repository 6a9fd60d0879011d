"""Imports: choose a file, see what it would do, confirm; each batch can be undone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin
from unfold.decorators import display

from ops.admin.following import run_context
from ops.errors import reason_of
from quizbank.actions import Refused
from quizbank.admin.import_forms import FORMATS, UploadForm
from quizbank.admin.import_lists import lists_of
from quizbank.formats import FormatError
from quizbank.importing import (
    confirm_import,
    discard_import,
    preview_import,
    refuse_size,
    store_import,
    undo_forecast,
    undo_import,
)
from quizbank.imports import OPERATIONS, order, refuse_while_busy
from quizbank.models import Exam, ImportBatch
from quizbank.models.importing import CONFIRMABLE, BatchStatus

# A file of so many bytes a question is read while the person waits.
BYTES_EACH = 200


@register(ImportBatch)
class ImportBatchAdmin(ModelAdmin):
    list_display = (
        "file_name",
        "state",
        "format",
        "new",
        "changed",
        "same",
        "refused",
        "by",
        "created_at",
        "applied_at",
    )
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
    def state(self, batch: ImportBatch) -> str:
        if batch.status == BatchStatus.PREVIEW and not batch.is_read:
            return "Not read yet"
        return batch.get_status_display()

    @display(description="new")
    def new(self, batch: ImportBatch) -> str:
        return f"{batch.counts.get('created', 0):,}"

    @display(description="changed")
    def changed(self, batch: ImportBatch) -> str:
        return f"{batch.counts.get('changed', 0):,}"

    @display(description="the same")
    def same(self, batch: ImportBatch) -> str:
        return f"{batch.counts.get('unchanged', 0):,}"

    @display(description="refused")
    def refused(self, batch: ImportBatch) -> str:
        return f"{batch.counts.get('refused', 0):,}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportBatch]:
        return super().get_queryset(request).defer("file", "errors", "report")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def may_import(self, request: HttpRequest) -> bool:
        return request.user.has_perm("quizbank.import_question")

    def may_publish(self, request: HttpRequest) -> bool:
        return request.user.has_perm("quizbank.publish_question")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_import(request)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        steps = {
            "confirm": self.confirm_view,
            "discard": self.discard_view,
            "undo": self.undo_view,
        }
        return [
            *(
                path(f"<uuid:pk>/{name}/", view(step), name=f"quizbank_importbatch_{name}")
                for name, step in steps.items()
            ),
            *super().get_urls(),
        ]

    def page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        everywhere = self.admin_site.each_context(request)
        return TemplateResponse(
            request,
            f"admin/quizbank/importbatch/{template}.html",
            {**everywhere, "opts": self.opts, **context},
        )

    # --- choosing a file --------------------------------------------------------------------------
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.may_import(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            try:
                batch = self.preview(request, form.cleaned_data)
                return redirect("admin:quizbank_importbatch_change", batch.pk)
            except (FormatError, DatabaseError) as error:
                form.add_error("file", reason_of(error))
        exams = Exam.objects.all()
        return self.page(request, "upload", form=form, exams=exams, title="Import questions")

    def preview(self, request: HttpRequest, wanted: dict[str, Any]) -> ImportBatch:
        upload = wanted["file"]
        refuse_size(upload.size)
        given: dict[str, Any] = {
            "file_name": upload.name,
            "data": upload.read(),
            "exam": wanted["exam"] or None,
            "encoding": wanted["encoding"],
            "format_name": wanted["format"] or None,
            "user": request.user,
        }
        if upload.size <= BYTES_EACH * settings.STEWARD_IMPORT_RUN_FROM:
            return preview_import(**given)
        with transaction.atomic():
            batch = store_import(**given)
            order("read_import", batch, request.user)
        return batch

    # --- one batch --------------------------------------------------------------------------------
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
        work = run_context(request.user, OPERATIONS, str(batch.pk))
        run = work["run"]
        may_import = self.may_import(request) and not (run and run.is_active)
        may_undo = may_import and batch.status == BatchStatus.APPLIED
        return self.page(
            request,
            "batch",
            batch=batch,
            title=batch.file_name,
            format_label=dict(FORMATS).get(batch.format, batch.format),
            media=self.media,
            may_confirm=may_import and batch.status in CONFIRMABLE,
            **work,
            may_publish=self.may_publish(request),
            may_undo=may_undo,
            forecast=sorted(undo_forecast(batch).items())
            if may_undo and "undo" in request.GET
            else None,
            **lists_of(batch, request.GET.get("show", ""), request.GET.get("page", "1")),
        )

    def is_large(self, batch: ImportBatch) -> bool:
        rows = sum(batch.counts.get(name, 0) for name in ("created", "changed", "unchanged"))
        return not batch.is_read or rows > settings.STEWARD_IMPORT_RUN_FROM

    def order(self, request: HttpRequest, operation: str, batch: ImportBatch, **more: bool) -> None:
        order(operation, batch, request.user, **more)
        self.message_user(request, "A worker does it; this page shows how far it is.")

    def confirm_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        batch, publish = self.posted(request, pk), "publish" in request.POST
        if publish and not self.may_publish(request):
            raise PermissionDenied
        try:
            if self.is_large(batch):
                operation = "confirm_import" if batch.is_read else "read_import"
                self.order(request, operation, batch, **({"publish": True} if publish else {}))
            else:
                done = confirm_import(batch=batch, publish=publish, user=request.user)
                self.tell(request, done)
        except (FormatError, Refused, DatabaseError) as error:
            self.message_user(request, f"Nothing imported: {reason_of(error)}", messages.ERROR)
        return redirect("admin:quizbank_importbatch_change", pk)

    def tell(self, request: HttpRequest, batch: ImportBatch) -> None:
        if batch.status != BatchStatus.APPLIED:
            self.message_user(
                request,
                "Nothing imported yet: the questions have changed since this preview."
                " Look at it again, then confirm.",
                messages.WARNING,
            )
            return
        self.message_user(
            request,
            f"Imported: {batch.counts['created']:,} new, {batch.counts['changed']:,} changed.",
            messages.SUCCESS,
        )
        if batch.report["unpublished"]:
            self.message_user(
                request,
                f"{batch.report['unpublished']:,} were not published; each says why.",
                messages.WARNING,
            )

    def discard_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        batch = self.posted(request, pk)
        try:
            refuse_while_busy(batch)
            discard_import(batch=batch)
            self.message_user(request, "Discarded; the file is gone.", messages.SUCCESS)
        except Refused as error:
            self.message_user(request, str(error), messages.ERROR)
        return redirect("admin:quizbank_importbatch_change", pk)

    def undo_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        batch = self.posted(request, pk)
        try:
            if self.is_large(batch):
                self.order(request, "undo_import", batch)
            else:
                counts = undo_import(batch=batch)
                done = f"{counts['undone']:,} taken back, {counts['kept']:,} kept."
                self.message_user(request, done, messages.SUCCESS)
        except (Refused, DatabaseError) as error:
            self.message_user(request, f"Nothing undone: {reason_of(error)}", messages.ERROR)
        return redirect("admin:quizbank_importbatch_change", pk)

    def posted(self, request: HttpRequest, pk: str) -> ImportBatch:
        if request.method != "POST" or not self.may_import(request):
            raise PermissionDenied
        return get_object_or_404(ImportBatch.objects.defer("file", "errors", "report"), pk=pk)
