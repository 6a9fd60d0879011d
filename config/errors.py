"""What somebody sees in a page's place: what is wrong, and what to do about it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    advice = f"{who(request)} may not do this. A superuser gives people their groups."
    return page(request, 403, "Not allowed", advice)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    advice = (
        "This form was opened before the last login, or in another browser, so nothing was saved."
        " Go back, copy what you typed, reload the page and send it again. Cookies must be allowed."
    )
    return page(request, 403, "Not sent", advice)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    advice = "There is no such page, or what it showed was deleted since."
    return page(request, 404, "Not found", advice)


def who(request: HttpRequest) -> str:
    name = request.user.get_username()
    return f"The account “{name}”" if name else "Somebody who is not logged in"


def page(request: HttpRequest, status: int, title: str, advice: str) -> HttpResponse:
    context: dict[str, Any] = admin.site.each_context(request)
    return render(
        request, "admin/error.html", context | {"title": title, "advice": advice}, status=status
    )
