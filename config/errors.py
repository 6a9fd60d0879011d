"""What somebody sees in a page's place: what is wrong, and what to do about it."""

from __future__ import annotations

import sys
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.defaults import server_error

from config.middleware import SAFE
from ops.errors import is_lost_connection

# Seconds: a server that is restarted is back by then.
RETRY_AFTER = 5
HTML, JSON = "text/html", "application/json"


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    advice = f"{who(request)} may not do this. A superuser gives people their groups."
    return page(request, 403, "Not allowed", advice)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    advice = (
        "This form was opened before the last login, or in another browser, so nothing was saved."
        " Go back, copy what you typed, reload the page and send it again. Cookies must be allowed."
    )
    typed = texts_of(request.POST) if is_from_here(request) else []
    if typed:
        advice += " What your browser has not kept stands below."
    return page(request, 403, "Not sent", advice, typed=typed)


def is_from_here(request: HttpRequest) -> bool:
    """Another site's words would be taken for ours."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def logged_out(request: HttpRequest) -> HttpResponse:
    """A form's answer to nobody: a login in its place would lose what was typed."""
    advice = (
        "You were logged out before this was sent, so nothing was saved. Log in, which opens"
        " another tab; then come back to this one and go back a page. Some browsers, Firefox among"
        " them, do not keep what you typed: copy it from below first."
    )
    typed = texts_of(request.POST)
    return page(request, 403, "Logged out", advice, login=reverse("admin:login"), typed=typed)


def texts_of(form: QueryDict) -> list[tuple[str, str]]:
    """What somebody typed, of more than a word; the rest is soon set again. No password.

    Not every script has spaces between words.
    """
    return [
        (name.replace("-", " ").replace("_", " ").capitalize(), value)
        for name, values in form.lists()
        for value in values
        if (len(value.split()) > 1 or not value.isascii())
        and "password" not in name
        and not name.startswith("initial-")
    ]


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    advice = "There is no such page, or what it showed was deleted since."
    return page(request, 404, "Not found", advice)


def failed(request: HttpRequest) -> HttpResponse:
    error = sys.exception()
    return away(request) if is_lost_connection(error) else server_error(request)


def away(request: HttpRequest) -> HttpResponse:
    """Without the database: nothing that knows who asks, and no sidebar."""
    sent = request.method not in SAFE
    begun = sent and getattr(request, "was_begun", True)
    context = {"address": request.get_full_path(), "sent": sent, "begun": begun}
    headers = {"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"}
    if request.get_preferred_type([HTML, JSON]) == JSON:
        words = {"error": "The database is away.", "begun": begun}
        return JsonResponse(words, status=503, headers=headers)
    return HttpResponse(render_to_string("503.html", context), status=503, headers=headers)


def who(request: HttpRequest) -> str:
    name = request.user.get_username()
    return f"The account “{name}”" if name else "Somebody who is not logged in"


def page(request: HttpRequest, status: int, title: str, advice: str, **more: Any) -> HttpResponse:
    context: dict[str, Any] = admin.site.each_context(request)
    context |= {"title": title, "advice": advice, **more}
    return render(request, "admin/error.html", context, status=status)
