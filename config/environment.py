"""The environment's variables. What cannot be read is refused with its name, not with its value."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

EXAMPLES = {
    "postgres": "postgres://user:password@host:5432/database",
    "redis": "redis://host:6379/0",
    "http": "https://host/path",
    "smtp": "smtp+tls://user:password@host:587",
}


class Unreadable(ImproperlyConfigured):
    """Of a variable. The message says which, and what is wanted."""


class Environment(environ.Env):
    def get_value(self, var: str, cast: Any = None, *args: Any, **kwargs: Any) -> Any:
        try:
            value = super().get_value(var, cast, *args, **kwargs)
        except ValueError:
            raise Unreadable(f"{var} is no number.") from None
        if cast in (int, float) and value < 0:
            raise Unreadable(f"{var} is {value}: 0 or more is wanted.")
        if cast is list:
            return [name for each in value if (name := each.strip())]
        return value

    def address(self, name: str, *schemes: str) -> str:
        """A URL of one of the schemes, or "". EXAMPLES has the first."""
        url = self.str(name, default="").strip()
        if url and not _is_address(url, schemes):
            raise Unreadable(_wanted(name, schemes[0]))
        return url

    def email_url(self, var: str = "EMAIL_URL", *args: Any, **kwargs: Any) -> dict[str, Any]:
        try:
            return super().email_url(var, *args, **kwargs)
        except (ImproperlyConfigured, ValueError):
            raise Unreadable(_wanted(var, "smtp")) from None


def _is_address(url: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
        # Of PostgreSQL's there may be several.
        for host in parts.netloc.rpartition("@")[2].split(","):
            urlsplit(f"//{host}").port  # noqa: B018  # raises ValueError, as after a password with a slash
    except ValueError:
        return False
    found = url.startswith(tuple(f"{scheme}://" for scheme in schemes))
    has_host = parts.netloc or parts.scheme == "unix" or "host" in parse_qs(parts.query)
    return found and bool(has_host) and not parts.fragment


def _wanted(name: str, scheme: str) -> str:
    return (
        f"{name} cannot be read: it is like {EXAMPLES[scheme]}, and characters of a password other"
        " than letters and digits are written as %XX."
    )
