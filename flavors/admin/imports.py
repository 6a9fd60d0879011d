"""Imports of tasting notes: a file, its columns, what it would do, confirm; each can be undone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin import register
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from assessments.models import Member
from flavors import importing
from flavors.admin.import_forms import ColumnsForm, UploadForm
from flavors.imports import OPERATIONS, order, refuse_while_busy
from flavors.models import DescriptorImport
from flavors.wheels.subjects import key_in
from ops.admin.imports import ORDERED, ImportsAdmin, Tab, lists_of
from ops.imported import CONFIRMABLE
from ops.work import Refused

# Words of a row, about.
WORDS = 3
# (of the report, label, of the counts)
TABS = (
    ("refused", "Refused", "refused"),
    ("new", "New terms", "new_terms"),
    ("aliases", "Merged terms", "aliases"),
    ("duplicates", "There already", "duplicates"),
)


@register(DescriptorImport)
class DescriptorImportAdmin(ImportsAdmin):
    list_display = ("file_name", "state", "descriptors", "new_terms", "refused", "by", "created_at")
    steps = ("columns", *ImportsAdmin.steps)
    operations = OPERATIONS
    refusals = (importing.FileError, Refused, DatabaseError)
    upload_form = UploadForm
    upload_title = "Import tasting notes"
    unread = "Columns not chosen yet"

    @display(description="descriptors")
    def descriptors(self, batch: DescriptorImport) -> str:
        return f"{batch.counts.get('descriptors', 0):,}"

    @display(description="new terms")
    def new_terms(self, batch: DescriptorImport) -> str:
        return f"{batch.counts.get('new_terms', 0):,}"

    @display(description="refused")
    def refused(self, batch: DescriptorImport) -> str:
        return f"{batch.counts.get('refused', 0):,}"

    def store(self, request: HttpRequest, given: dict[str, Any]) -> DescriptorImport:
        upload = given["file"]
        importing.refuse_size(upload.size)
        return importing.store_import(
            file_name=upload.name,
            data=upload.read(),
            encoding=given["encoding"],
            user=request.user,
        )

    def batch_page(
        self, request: HttpRequest, batch: DescriptorImport, **more: Any
    ) -> HttpResponse:
        waits = self.has_add_permission(request) and batch.status in CONFIRMABLE
        if waits and "columns" not in more and (not batch.is_read or "columns" in request.GET):
            more["columns"] = self.columns_form(request, batch, initial=batch.options)
        return super().batch_page(request, batch, **more)

    def columns_form(
        self, request: HttpRequest, batch: DescriptorImport, *given: Any, **more: Any
    ) -> ColumnsForm:
        may_see = request.user.has_perm("assessments.view_member")
        if may_see and "initial" in more:
            more["initial"] = more["initial"] | {"member": email_of(more["initial"])}
        return ColumnsForm(batch.report.get("columns", []), may_see, *given, **more)

    def forecast(self, batch: DescriptorImport) -> dict[str, int]:
        return importing.undo_forecast(batch)

    def lists(self, batch: DescriptorImport, wanted: str, number: str) -> dict[str, Any]:
        report = batch.report | {"refused": batch.errors}
        tabs = [
            Tab(key, label, batch.counts.get(count, 0), report.get(key, []), key == "aliases")
            for key, label, count in TABS
        ]
        return lists_of(tabs, wanted, number)

    def is_large(self, batch: DescriptorImport) -> bool:
        """Nobody waits for it: a worker does it."""
        descriptors = batch.counts.get("descriptors") or batch.report.get("rows", 0) * WORDS
        return descriptors > settings.STEWARD_IMPORT_RUN_FROM

    # --- the steps -------------------------------------------------------------------------------
    def columns(self, request: HttpRequest, batch: DescriptorImport) -> HttpResponse | str | None:
        form = self.columns_form(request, batch, request.POST)
        if batch.status in CONFIRMABLE and not form.is_valid():
            return self.batch_page(request, batch, columns=form)
        if not form.is_valid():
            return None
        refuse_while_busy(batch)
        if self.is_large(batch):
            importing.choose_columns(batch=batch, **form.cleaned_data)
            order("preview_descriptors", batch, request.user)
            return ORDERED
        importing.preview_import(batch=batch, **form.cleaned_data)
        return None

    def confirm(self, request: HttpRequest, batch: DescriptorImport) -> str | None:
        refuse_while_busy(batch)
        if self.is_large(batch):
            order("import_descriptors", batch, request.user)
            return ORDERED
        done = importing.confirm_import(batch=batch)
        return f"{done.counts['descriptors']:,} descriptors imported."

    def discard(self, request: HttpRequest, batch: DescriptorImport) -> str:
        refuse_while_busy(batch)
        importing.discard_import(batch=batch)
        return "Discarded; the file is gone."

    def undo(self, request: HttpRequest, batch: DescriptorImport) -> str | None:
        refuse_while_busy(batch)
        if self.is_large(batch):
            order("undo_descriptors", batch, request.user)
            return ORDERED
        counts = importing.undo_import(batch=batch)
        return f"{counts['undone']:,} taken back, {counts['kept']:,} kept."


def email_of(options: dict[str, Any]) -> str:
    key = key_in(str(options.get("member", "")))
    found = Member.objects.filter(pk=key) if key else Member.objects.none()
    return found.values_list("email", flat=True).first() or ""
