from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Now

if TYPE_CHECKING:
    from ops.logins.sessions import SessionStore


class LoginSession(AbstractBaseSession):
    """A browser that somebody is logged in with; without `user` one that nobody is."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="login_sessions"
    )
    address = models.TextField(blank=True, default="")
    agent = models.TextField("browser", blank=True, default="")
    created_at = models.DateTimeField("since", db_default=Now())
    seen_at = models.DateTimeField("last seen", db_default=Now())

    class Meta:
        db_table = "login_sessions"
        default_permissions = ()
        verbose_name = "login"

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        from ops.logins.sessions import SessionStore

        return SessionStore
