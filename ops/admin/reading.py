"""Screens for reading: a list, and a page of its own for each object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern
from unfold.admin import ModelAdmin


class ReadingAdmin(ModelAdmin):
    """No form adds, changes or deletes one; of Django's addresses only the `kept` are there."""

    kept: tuple[str, ...] = ("changelist", "change")
    page_template = ""

    def page_context(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        """For the page of `obj`: "title", and what `page_template` shows."""
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        names = {f"{self.opts.app_label}_{self.opts.model_name}_{name}" for name in self.kept}
        return [url for url in super().get_urls() if url.name in names]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return HttpResponseNotAllowed(["GET"])
        found = self.get_object(request, unquote(object_id))
        if found is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            **self.page_context(request, found),
        }
        return TemplateResponse(request, self.page_template, context)
