"""The public pages of profiles: for everybody, and for reading alone.

What is hidden is gone at once: browsers and proxies ask again before they show a copy, by an ETag
of the page's content, and the answer is then the same 404 as for what never existed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from assessments.forms import DirectoryForm
from assessments.queries.directory import (
    Page,
    Place,
    filter_options,
    page_of_profiles,
    profile_at,
)

type View = Callable[..., HttpResponseBase]


def public_page(view: View) -> View:
    """For reading, asked for anew each time, and without a script."""
    without_script = csp_replace({"script-src": [NONE], "style-src": [SELF], "img-src": [SELF]})
    for decorate in (cache_control(no_cache=True), conditional_page, require_safe, without_script):
        view = decorate(view)
    return view


@public_page
def profile(request: HttpRequest, slug: str) -> HttpResponse:
    view = profile_at(slug)
    if view is None:
        return answer(request, "missing", {}, status=404)
    address = reverse("profiles:profile", args=[view.slug])
    if slug != view.slug:
        # For now: the old slug's profile may be withdrawn tomorrow.
        return redirect(address)
    context = {"view": view, "canonical": request.build_absolute_uri(address)}
    return answer(request, "page", context, index=True)


@public_page
def directory(request: HttpRequest) -> HttpResponse:
    form = DirectoryForm(request.GET, filter_options())
    cursor = request.GET.get("after", "")
    after = Place.read(cursor)
    is_sound = form.is_valid() and (after is not None or not cursor)
    filters = {name: value for name, value in form.cleaned_data.items() if value}
    page = page_of_profiles(filters, after) if is_sound else Page([], None)
    address = reverse("profiles:list")
    context = {
        "form": form,
        "page": page,
        "filters": filters,
        "is_sound": is_sound,
        "is_first": not cursor,
        "newest": f"?{urlencode(filters)}",
        "older": page.next and f"?{urlencode(filters | {'after': str(page.next)})}",
        "canonical": request.build_absolute_uri(address),
    }
    status = 200 if is_sound else 404
    return answer(request, "list", context, index=not request.GET, status=status)


def answer(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    index: bool = False,
    status: int = 200,
) -> HttpResponse:
    """A page; search engines keep it if `index`."""
    page = render(request, f"profiles/{template}.html", context | {"index": index}, status=status)
    if not index:
        page.headers["X-Robots-Tag"] = "noindex"
    return page
