"""Django's sessions in the database, which know whose they are; named by SESSION_ENGINE."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.db import SessionStore as BaseStore
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ops.audit import acting_address, record
from ops.models.login import LoginSession

ORIGIN = "login"
# A session that is used is written so often, and not at each request.
SEEN_AGAIN_AFTER = timedelta(minutes=5)
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


class SessionStore(BaseStore):
    seen_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[LoginSession]:
        return LoginSession

    def _get_session_from_db(self) -> LoginSession | None:
        row: LoginSession | None = super()._get_session_from_db()  # type: ignore[misc]
        self.seen_at = row.seen_at if row else None
        return row

    def create_model_instance(self, data: dict[str, Any]) -> LoginSession:
        row: LoginSession = super().create_model_instance(data)  # type: ignore[assignment]
        origin = data.get(ORIGIN, {})
        row.user_id = data.get(SESSION_KEY)
        row.address, row.agent = origin.get("address", ""), origin.get("agent", "")
        row.seen_at = timezone.now()
        row.created_at = datetime.fromisoformat(origin["at"]) if origin else row.seen_at
        return row


@receiver(user_logged_in)
def note_origin(request: HttpRequest, **_: Any) -> None:
    request.session[ORIGIN] = {
        "at": timezone.now().isoformat(),
        "address": acting_address() or "",
        "agent": browser_of(request.headers.get("User-Agent", "")),
    }


def browser_of(agent: str) -> str:
    """ "Firefox on Windows"; what is not known is left out."""
    found = [
        next((title for word, title in known if word in agent), "") for known in (BROWSERS, SYSTEMS)
    ]
    return " on ".join(filter(None, found)) or agent[:60]


def seen(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: notes now and then that a session is in use."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        store = request.session
        last = getattr(store, "seen_at", None)
        if last and timezone.now() - last > SEEN_AGAIN_AFTER and store.session_key:
            LoginSession.objects.filter(pk=store.session_key).update(seen_at=Now())
        return response

    return middleware


def handle_of(key: str) -> str:
    """What a page may show of a session: its key is as good as the password."""
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def sessions_of(user: User) -> QuerySet[LoginSession]:
    """Those that are open, the last used first."""
    return LoginSession.objects.filter(user=user, expire_date__gt=Now()).order_by("-seen_at")


@transaction.atomic
def end_sessions(*, user: User, handle: str = "", but: str | None = None) -> int:
    """Log `user` out of one session, or of all but the one with the key `but`; how many."""
    keys = [
        key
        for key in sessions_of(user).values_list("pk", flat=True)
        if key != but and (not handle or handle_of(key) == handle)
    ]
    LoginSession.objects.filter(pk__in=keys).delete()
    if keys:
        record(
            action="end_logins",
            entity=user,
            details={"label": user.get_username(), "logins": len(keys)},
        )
    return len(keys)
