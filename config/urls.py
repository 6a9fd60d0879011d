from __future__ import annotations

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import RedirectView

from config import health


def closed(request: HttpRequest, **_: str) -> HttpResponse:
    raise Http404


def robots(request: HttpRequest) -> HttpResponse:
    """The public profiles are for search engines; nothing else is."""
    rules = ("User-agent: *", "Allow: /profiles/", "Allow: /static/", "Disallow: /", "")
    return HttpResponse("\n".join(rules), content_type="text/plain; charset=utf-8")


urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    # Django's "view on site" would look up any row of any table for any member of staff.
    path("admin/r/<path:anything>", closed),
    path("admin/", admin.site.urls),
    path("profiles/", include("assessments.urls")),
    path("robots.txt", robots),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]

handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.failed"
