"""The theme's site, with less work for what every page shows: the sidebar was half of its time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, update_wrapper
from typing import Any

from django.http import HttpRequest
from django.urls import get_script_prefix, reverse
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite

from config.attention import attention_of, in_words
from config.errors import logged_out
from config.unfold import UNFOLD

type Waiting = Callable[[], dict[str, int]]


class StewardSite(UnfoldAdminSite):
    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Who is nobody any more keeps the form that was sent; whoever logs out twice is out."""
        inner = super().admin_view(view, cacheable)
        if view == self.logout:
            return inner

        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            is_lost = request.method == "POST" and not request.user.is_authenticated
            return logged_out(request) if is_lost else inner(request, *args, **kwargs)

        return update_wrapper(answer, inner)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        # Asked once, and only for a page that has the sidebar or the bell.
        waiting = cache(lambda: attention_of(request))
        own: dict[str, Any] = {"attention": waiting}
        if self.has_permission(request):
            own["sidebar_navigation"] = sidebar(request, waiting)
        return super().each_context(request) | own

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Made where a page shows it; nearly none does."""
        make = super().get_app_list
        return SimpleLazyObject(lambda: make(request, app_label))

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        return []


def sidebar(request: HttpRequest, waiting: Waiting) -> list[dict[str, Any]]:
    """What this person may see: for templates/unfold/helpers/app_list.html."""
    return [
        {
            "title": group["title"],
            "items": [
                line(item, request, waiting)
                for item in group["items"]
                if item["permission"](request)
            ],
        }
        for group in UNFOLD["SIDEBAR"]["navigation"]
    ]


def line(item: dict[str, Any], request: HttpRequest, waiting: Waiting) -> dict[str, Any]:
    """`badge` is called by the template."""
    address = address_of(item["page"], get_script_prefix())
    is_here = item["active"](request) if "active" in item else address in request.path

    def badge() -> str:
        count = waiting().get(item["badge"]) if "badge" in item else None
        return in_words(count) if count else ""

    return {**item, "link": address, "active": is_here, "badge": badge}


@cache
def address_of(page: str, prefix: str) -> str:
    """`prefix` is what `reverse` puts before it."""
    return reverse(page)
