"""Caches: what each saves, and making them void."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.admin import register
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin

from ops.caching.actions import invalidate_all, invalidate_cache, invalidate_tag
from ops.caching.figures import Figures, standing
from ops.durations import in_words
from ops.models import CacheState
from ops.work import Refused

PREFIX = "ops_cachestate"


@register(CacheState)
class CacheAdmin(ModelAdmin):
    actions = None

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name=f"{PREFIX}_changelist"),
            path("void/", view(self.void_all_view), name=f"{PREFIX}_void_all"),
            path("tag/<str:name>/void/", view(self.void_tag_view), name=f"{PREFIX}_void_tag"),
            path("<str:name>/void/", view(self.void_view), name=f"{PREFIX}_void"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method == "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        found = standing()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Caches",
            "standing": found,
            "rows": [row_of(each) for each in found.caches],
            "may_void": self.has_change_permission(request),
        }
        return TemplateResponse(request, "admin/ops/cache/list.html", context)

    def void_view(self, request: HttpRequest, name: str) -> HttpResponse:
        return self.void(
            request,
            lambda: invalidate_cache(name=name, user=request.user),
            f"The answers of {name} are void.",
        )

    def void_tag_view(self, request: HttpRequest, name: str) -> HttpResponse:
        return self.void(
            request,
            lambda: invalidate_tag(tag=name, user=request.user),
            f"The answers of all caches with the tag {name} are void.",
        )

    def void_all_view(self, request: HttpRequest) -> HttpResponse:
        return self.void(
            request,
            lambda: invalidate_all(user=request.user),
            "The answers of all caches are void.",
        )

    def void(self, request: HttpRequest, act: Callable[[], None], done: str) -> HttpResponse:
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied
        try:
            act()
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, done, messages.SUCCESS)
        return redirect(f"admin:{PREFIX}_changelist")


# --- In words ------------------------------------------------------------------------------------
def row_of(figures: Figures) -> dict[str, Any]:
    return {
        "figures": figures,
        "cache": figures.cache,
        "lifetime": in_words(figures.cache.lifetime),
        "key": ", ".join(name.removesuffix("_id") for name in figures.cache.key),
        "ratio": "" if figures.ratio is None else f"{figures.ratio:.0f} %",
        "source": "" if figures.source_ms is None else milliseconds_in_words(figures.source_ms),
        "saved": saved_in_words(figures.saved),
    }


def milliseconds_in_words(number: float) -> str:
    return f"{number:.1f} ms" if number < 100 else f"{number:,.0f} ms"


def saved_in_words(time: timedelta) -> str:
    """ "140 ms" below ten seconds."""
    seconds = time.total_seconds()
    return f"{seconds * 1000:,.0f} ms" if seconds < 10 else in_words(time)
