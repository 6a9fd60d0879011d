"""What somebody sees whose logins fail too often (django-axes)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def locked_out(
    request: HttpRequest, original: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """The page of AXES_LOCKOUT_CALLABLE: 429, the limit, and what to do."""
    context = admin.site.each_context(request) | {
        "title": "Too many attempts",
        "limit": settings.AXES_FAILURE_LIMIT,
        "minutes": int(settings.AXES_COOLOFF_TIME.total_seconds() // 60),
        "username": (credentials or {}).get("username", ""),
    }
    return render(request, "admin/locked_out.html", context, status=429)
