"""Screens of imported files: choose one, see what it would do, confirm; each can be undone.

Of a model of `ops.imported.ImportedFile`. An app says how a file is stored, what each step does,
and what its preview lists. Declare `<app>_<model>_<step>` in tests/test_permissions.py (post_only,
who may add), and `<app>_<model>_delete` as nobody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
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

from ops.admin.following import run_context
from ops.errors import reason_of
from ops.imported import CONFIRMABLE, BatchStatus
from ops.work import Refused

PER_PAGE = 50
ORDERED = "A worker does it; this page shows how far it is."


class ImportsAdmin(ModelAdmin):
    list_filter = ("status",)
    list_select_related = ("created_by",)
    list_per_page = 50
    search_fields = ("file_name",)
    show_full_result_count = False
    # Each is a method of (request, batch): a sentence for the person, a page, or nothing to say.
    steps: tuple[str, ...] = ("confirm", "discard", "undo")
    # Of the runs that work on a batch.
    operations: tuple[str, ...] = ()
    refusals: tuple[type[Exception], ...] = (Refused, DatabaseError)
    upload_form: type[forms.Form]
    upload_title = "Import"
    unread = "Not read yet"

    class Media:
        js = ("run.js",)

    def store(self, request: HttpRequest, given: dict[str, Any]) -> Any:
        """The batch, of what the upload's form holds. Raises one of `refusals`."""
        raise NotImplementedError

    def forecast(self, batch: Any) -> Any:
        """What undo would do, for the page that asks."""
        raise NotImplementedError

    def lists(self, batch: Any, wanted: str, number: str) -> dict[str, Any]:
        """See `lists_of`."""
        raise NotImplementedError

    def upload_context(self) -> dict[str, Any]:
        return {}

    # --- the list --------------------------------------------------------------------------------
    @display(
        description="status",
        ordering="status",
        label={"Applied": "success", "Failed": "danger", "Waiting for confirmation": "warning"},
    )
    def state(self, batch: Any) -> str:
        if batch.status == BatchStatus.PREVIEW and not batch.is_read:
            return self.unread
        return str(batch.get_status_display())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("file", "errors", "report")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        prefix = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            *(
                path(
                    f"<uuid:pk>/{step}/",
                    view(partial(self.step_view, step=step)),
                    name=f"{prefix}_{step}",
                )
                for step in self.steps
            ),
            *super().get_urls(),
        ]

    def page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        folder = f"admin/{self.opts.app_label}/{self.opts.model_name}"
        everywhere = self.admin_site.each_context(request)
        given = {**everywhere, "opts": self.opts, **context}
        return TemplateResponse(request, f"{folder}/{template}.html", given)

    # --- choosing a file -------------------------------------------------------------------------
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = self.upload_form(request.POST or None, request.FILES or None)
        if form.is_valid():
            try:
                return self.to_batch(self.store(request, form.cleaned_data).pk)
            except self.refusals as error:
                form.add_error("file", reason_of(error))
        more = self.upload_context()
        return self.page(request, "upload", form=form, title=self.upload_title, **more)

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

    def batch_page(self, request: HttpRequest, batch: Any, **more: Any) -> HttpResponse:
        work = run_context(request.user, self.operations, str(batch.pk))
        run = work["run"]
        may_import = self.has_add_permission(request) and not (run and run.is_active)
        may_undo = may_import and batch.status == BatchStatus.APPLIED
        context = {
            "batch": batch,
            "state": "A worker is busy with it" if run and run.is_active else self.state(batch),
            "title": batch.file_name,
            "media": self.media,
            "may_confirm": may_import and batch.status in CONFIRMABLE,
            "may_undo": may_undo,
            "forecast": self.forecast(batch) if may_undo and "undo" in request.GET else None,
            **work,
            **self.lists(batch, request.GET.get("show", ""), request.GET.get("page", "1")),
        }
        return self.page(request, "batch", **context | more)

    def step_view(self, request: HttpRequest, pk: str, step: str) -> HttpResponse:
        if request.method != "POST" or not self.has_add_permission(request):
            raise PermissionDenied
        batch = get_object_or_404(self.model.objects.defer("file", "errors"), pk=pk)
        try:
            answer = getattr(self, step)(request, batch)
            if isinstance(answer, HttpResponse):
                return answer
            if answer:
                self.message_user(request, answer, messages.SUCCESS)
        except self.refusals as error:
            self.message_user(request, f"Nothing done: {reason_of(error)}", messages.ERROR)
        return self.to_batch(pk)

    def to_batch(self, pk: Any) -> HttpResponse:
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", pk)


@dataclass(frozen=True)
class Tab:
    """`count` is of all; the rows may be the first of them, or, `is_whole`, groups of them."""

    key: str
    label: str
    count: int
    rows: Sequence[Any] | QuerySet[Any]
    is_whole: bool = False


def lists_of(tabs: Sequence[Tab], wanted: str, number: str) -> dict[str, Any]:
    """`tabs` with something in them, the open `tab` or None, and the `rows` of its page."""
    # The rows of a QuerySet are read by its page alone.
    full = [tab for tab in tabs if tab.count and (isinstance(tab.rows, QuerySet) or tab.rows)]
    tab = next((tab for tab in full if tab.key == wanted), full[0] if full else None)
    rows = Paginator(tab.rows, PER_PAGE).get_page(number) if tab else None
    return {"tabs": full, "tab": tab, "rows": rows}
