"""Imports: choose a file, see what it would do, confirm; each batch can be undone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from ops.errors import reason_of
from quizbank.actions import Refused
from quizbank.formats import FormatError
from quizbank.importing import confirm_import, preview_import, undo_import
from quizbank.models import ImportBatch
from quizbank.models.importing import BatchStatus


class UploadForm(forms.Form):
    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget, help_text="A ham pool (.json, .csv) or trivia (.txt)."
    )
    exam = forms.CharField(
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="An exam's code; empty: the one that the file names.",
    )
    encoding = forms.CharField(
        required=False, widget=UnfoldAdminTextInputWidget, help_text="Empty: UTF-8."
    )


@register(ImportBatch)
class ImportBatchAdmin(ModelAdmin):
    list_display = ("file_name", "status", "created_by", "created_at", "applied_at")
    list_filter = ("status",)
    list_select_related = ("created_by",)
    list_per_page = 50
    show_full_result_count = False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def may_import(self, request: HttpRequest) -> bool:
        return request.user.has_perm("quizbank.import_question")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_import(request)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path(
                "<uuid:pk>/confirm/", view(self.confirm_view), name="quizbank_importbatch_confirm"
            ),
            path("<uuid:pk>/undo/", view(self.undo_view), name="quizbank_importbatch_undo"),
            *super().get_urls(),
        ]

    def page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        everywhere = self.admin_site.each_context(request)
        return TemplateResponse(
            request,
            f"admin/quizbank/importbatch/{template}.html",
            {**everywhere, "opts": self.opts, **context},
        )

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.may_import(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                batch = preview_import(
                    file_name=upload.name,
                    data=upload.read(),
                    exam=form.cleaned_data["exam"] or None,
                    encoding=form.cleaned_data["encoding"] or "utf-8",
                    user=request.user,
                )
                return redirect("admin:quizbank_importbatch_change", batch.pk)
            except FormatError as error:
                form.add_error("file", str(error))
        return self.page(request, "upload", form=form, title="Import questions")

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
        return self.page(
            request,
            "batch",
            batch=batch,
            title=batch.file_name,
            errors=batch.errors[:200],
            items=batch.items.all()[:200],
            missing=batch.report.get("missing", [])[:200],
            may_confirm=batch.status == BatchStatus.PREVIEW and self.may_import(request),
            may_undo=batch.status == BatchStatus.APPLIED and self.may_import(request),
        )

    def confirm_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        batch = self.posted(request, pk, BatchStatus.PREVIEW)
        try:
            confirm_import(batch=batch, publish="publish" in request.POST, user=request.user)
            self.message_user(request, "Imported.", messages.SUCCESS)
        except (FormatError, Refused, DatabaseError) as error:
            self.message_user(request, f"Nothing imported: {reason_of(error)}", messages.ERROR)
        return redirect("admin:quizbank_importbatch_change", pk)

    def undo_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        counts = undo_import(batch=self.posted(request, pk, BatchStatus.APPLIED))
        self.message_user(
            request, f"{counts['undone']:,} taken back, {counts['kept']:,} kept.", messages.SUCCESS
        )
        return redirect("admin:quizbank_importbatch_change", pk)

    def posted(self, request: HttpRequest, pk: str, status: BatchStatus) -> ImportBatch:
        if request.method != "POST" or not self.may_import(request):
            raise PermissionDenied
        return get_object_or_404(ImportBatch, pk=pk, status=status)
