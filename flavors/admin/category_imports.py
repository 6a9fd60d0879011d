"""Imports of trees of categories: a file, what it would do, confirm; each can be undone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import register
from django.db import DatabaseError
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from flavors.admin.import_forms import ENCODINGS
from flavors.importing import FileError, categories, discard_import, refuse_size
from flavors.models import CategoryImport
from flavors.models.choices import CategoryKind
from ops.admin.imports import ImportsAdmin, Tab, lists_of
from ops.work import Refused


class TreeFileForm(forms.Form):
    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget,
        allow_empty_file=True,
        help_text="JSON: [{“name”, “color”, “children”: […]}], or a flat list with “parent”.",
    )
    kind = forms.ChoiceField(
        label="They are", choices=[(each.value, f"{each.label}s") for each in CategoryKind],
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    encoding = forms.ChoiceField(choices=ENCODINGS, widget=UnfoldAdminSelectWidget)


@register(CategoryImport)
class CategoryImportAdmin(ImportsAdmin):
    list_display = ("file_name", "state", "created", "changed", "same", "by", "created_at")
    refusals = (FileError, Refused, DatabaseError)
    upload_form = TreeFileForm
    upload_title = "Import a tree of categories"

    class Media:
        css = {"all": ("tree.css",)}

    @display(description="new")
    def created(self, batch: CategoryImport) -> str:
        return f"{batch.counts.get('created', 0):,}"

    @display(description="changed")
    def changed(self, batch: CategoryImport) -> str:
        return f"{batch.counts.get('changed', 0):,}"

    @display(description="the same")
    def same(self, batch: CategoryImport) -> str:
        return f"{batch.counts.get('unchanged', 0):,}"

    def store(self, request: HttpRequest, given: dict[str, Any]) -> CategoryImport:
        upload = given["file"]
        refuse_size(upload.size)
        return categories.preview_categories(
            file_name=upload.name,
            data=upload.read(),
            kind=given["kind"],
            encoding=given["encoding"],
            user=request.user,
        )

    def forecast(self, batch: CategoryImport) -> dict[str, int]:
        return categories.undo_forecast(batch)

    def lists(self, batch: CategoryImport, wanted: str, number: str) -> dict[str, Any]:
        counts, report = batch.counts, batch.report
        tabs = (
            Tab("created", "New", counts.get("created", 0), report.get("created", [])),
            Tab("changed", "Another colour", counts.get("changed", 0), report.get("changed", [])),
        )
        return lists_of(tabs, wanted, number)

    # --- the steps -------------------------------------------------------------------------------
    def confirm(self, request: HttpRequest, batch: CategoryImport) -> str:
        done = categories.confirm_categories(batch=batch).counts
        return f"{done['created']:,} categories added, {done['changed']:,} coloured anew."

    def discard(self, request: HttpRequest, batch: CategoryImport) -> str:
        discard_import(batch=batch)
        return "Discarded; the file is gone."

    def undo(self, request: HttpRequest, batch: CategoryImport) -> str:
        counts = categories.undo_categories(batch=batch)
        return f"{counts['undone']:,} taken back, {counts['kept']:,} kept."
