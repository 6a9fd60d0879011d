"""Imports: choose a file, see what it would do, confirm; each batch can be undone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from ops.admin.imports import ORDERED, ImportsAdmin
from ops.work import Refused
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
from quizbank.models.importing import BatchStatus

# A file of so many bytes a question is read while the person waits.
BYTES_EACH = 200


@register(ImportBatch)
class ImportBatchAdmin(ImportsAdmin):
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
    operations = OPERATIONS
    refusals = (FormatError, Refused, DatabaseError)
    upload_form = UploadForm
    upload_title = "Import questions"

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

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("quizbank.import_question")

    def may_publish(self, request: HttpRequest) -> bool:
        return request.user.has_perm("quizbank.publish_question")

    def upload_context(self) -> dict[str, Any]:
        return {"exams": Exam.objects.all()}

    def store(self, request: HttpRequest, given: dict[str, Any]) -> ImportBatch:
        upload = given["file"]
        refuse_size(upload.size)
        wanted: dict[str, Any] = {
            "file_name": upload.name,
            "data": upload.read(),
            "exam": given["exam"] or None,
            "encoding": given["encoding"],
            "format_name": given["format"] or None,
            "user": request.user,
        }
        if upload.size <= BYTES_EACH * settings.STEWARD_IMPORT_RUN_FROM:
            return preview_import(**wanted)
        with transaction.atomic():
            batch = store_import(**wanted)
            order("read_import", batch, request.user)
        return batch

    def batch_page(self, request: HttpRequest, batch: ImportBatch, **more: Any) -> HttpResponse:
        known = {
            "format_label": dict(FORMATS).get(batch.format, batch.format),
            "may_publish": self.may_publish(request),
        }
        return super().batch_page(request, batch, **known, **more)

    def forecast(self, batch: ImportBatch) -> list[tuple[str, int]]:
        return sorted(undo_forecast(batch).items())

    def lists(self, batch: ImportBatch, wanted: str, number: str) -> dict[str, Any]:
        return lists_of(batch, wanted, number)

    def is_large(self, batch: ImportBatch) -> bool:
        rows = sum(batch.counts.get(name, 0) for name in ("created", "changed", "unchanged"))
        return not batch.is_read or rows > settings.STEWARD_IMPORT_RUN_FROM

    # --- the steps -------------------------------------------------------------------------------
    def confirm(self, request: HttpRequest, batch: ImportBatch) -> str | None:
        publish = "publish" in request.POST
        if publish and not self.may_publish(request):
            raise PermissionDenied
        if self.is_large(batch):
            operation = "confirm_import" if batch.is_read else "read_import"
            order(operation, batch, request.user, **({"publish": True} if publish else {}))
            return ORDERED
        self.tell(request, confirm_import(batch=batch, publish=publish, user=request.user))
        return None

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

    def discard(self, request: HttpRequest, batch: ImportBatch) -> str:
        refuse_while_busy(batch)
        discard_import(batch=batch)
        return "Discarded; the file is gone."

    def undo(self, request: HttpRequest, batch: ImportBatch) -> str | None:
        if self.is_large(batch):
            order("undo_import", batch, request.user)
            return ORDERED
        counts = undo_import(batch=batch)
        return f"{counts['undone']:,} taken back, {counts['kept']:,} kept."
