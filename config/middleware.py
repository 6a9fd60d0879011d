"""Per-request context: the person's time zone, and who changes what."""

from __future__ import annotations

import re
import uuid
import zoneinfo
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db import DataError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from pghistory.middleware import HistoryMiddleware as BaseHistoryMiddleware

from config.clients import client_address
from ops import audit, replicas
from ops.caching.listening import settle

# Values, of eight bytes: the chunk is the next power of two.
FRAMES = 70_000
SAFE = ("GET", "HEAD", "OPTIONS")
# The primary's position after a person's last change, for so much longer than a replica may lag.
CHANGED, CHANGED_SECONDS = "steward_changed", 60
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def request_id(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """All that is logged while a request is answered carries its id; so does the answer. A proxy's
    own id is kept."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        key = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        with structlog.contextvars.bound_contextvars(request_id=key):
            response = get_response(request)
        response["X-Request-ID"] = key
        return response

    return middleware


def time_zone(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Show times in the zone that the browser reports in the `timezone` cookie (steward.js)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with timezone.override(zone_of(request)):
            return get_response(request)

    return middleware


def zone_of(request: HttpRequest) -> zoneinfo.ZoneInfo | None:
    """None, which means TIME_ZONE, where the browser reports nothing that we know."""
    try:
        return zoneinfo.ZoneInfo(request.COOKIES.get("timezone", "").replace("%2F", "/"))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def settled_caches(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Who changed something sees it on the next page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method not in SAFE:
            settle()
        return response

    return middleware


def actor(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """What is recorded while a request is answered was done by its user, from its address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with audit.acting(request.user, client_address(request)):
            return get_response(request)

    return middleware


def begun(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Around all that asks the database. Who sent a form, and lost the connection, hears that
    nothing was saved only if the database was sent nothing at all: a lost commit may be followed by
    any error, and what only looks like reading may write."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in SAFE:
            return get_response(request)

        def note(execute: Callable[..., Any], *call: Any) -> Any:
            request.was_begun = True  # type: ignore[attr-defined]
            return execute(*call)

        request.was_begun = False  # type: ignore[attr-defined]
        with connection.execute_wrapper(note):
            return get_response(request)

    return middleware


def own_changes(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Who changed something finds it again: until the replica has it, they read from the primary.

    A cookie holds how far the primary was then. It ends long after a replica that is no further
    would be used for nobody.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not replicas.is_configured():
            return get_response(request)
        is_safe = request.method in SAFE
        with replicas.reading_for(may=is_safe, after=last_change_of(request)):
            response = get_response(request)
        if not is_safe:
            # Nobody knows what was done before it failed; and the primary may be away.
            is_known = response.status_code < 500
            position = replicas.written_up_to() if is_known else replicas.UNKNOWN_POSITION
            response.set_signed_cookie(
                CHANGED,
                str(position),
                max_age=int(settings.DATABASE_REPLICA_MAX_LAG) + CHANGED_SECONDS,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    return middleware


def last_change_of(request: HttpRequest) -> int:
    """0 for who changed nothing of late."""
    age = int(settings.DATABASE_REPLICA_MAX_LAG) + CHANGED_SECONDS
    return int(request.get_signed_cookie(CHANGED, None, max_age=age) or 0)


def readable_address(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """An address whose filters hold what no column could leads back to the unfiltered page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DataError) or request.method != "GET" or not request.GET:
            return None
        messages.warning(request, "The address asked for something that cannot be: all is shown.")
        return redirect(request.path)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def sound_selection(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Rows that are ticked have keys that a list could have, or nothing is done with them. No text
    of the database has a NUL."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        admin = getattr(view, "model_admin", None)
        if request.method != "POST" or admin is None:
            return None
        try:
            for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
                if "\0" in key:
                    raise ValueError(key)
                admin.opts.pk.to_python(key)
        except (ValidationError, ValueError, TypeError):
            messages.error(request, "Nothing was done: what was ticked is no row of this list.")
            return redirect(request.path)
        return None

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


class HistoryMiddleware(BaseHistoryMiddleware):  # type: ignore[misc]  # untyped base
    """Record the acting user's name too: history outlives accounts. The action log's trigger
    reads the address from here."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_context(request) | {
            "username": request.user.get_username(),
            "address": client_address(request),
        }


def roomy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """First of all. Python keeps its frames in chunks of 16 kB: where one ends below a loop, each
    call in it maps a new one and gives it back, a tenth of a second for a page. A frame as large
    as this has them all in its own chunk."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.__code__ = middleware.__code__.replace(co_stacksize=FRAMES)
    return middleware
