"""System checks that say what to set. `manage.py check` runs them before anything else."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.checks import Error, register
from django.core.exceptions import ImproperlyConfigured

LOOPBACK = ("127.", "localhost:", "[::1]", "unix:")


@register()
def environment_is_complete(**_: Any) -> list[Error]:
    wanted = {
        "DATABASE_URL": "postgres://steward_owner:PASSWORD@HOST/steward",
        "REDIS_URL": "redis://HOST:6379/0",
        "SECRET_KEY": "50 random characters or more",
    }
    return [
        Error(f"{name} is not set.", hint=f"Set it to {example}.", id=f"steward.E00{number}")
        for number, (name, example) in enumerate(wanted.items(), start=1)
        if not _has(name)
    ]


def _has(name: str) -> bool:
    try:
        return bool(getattr(settings, name))
    except ImproperlyConfigured:  # Django's own words for an empty SECRET_KEY
        return False


@register()
def locks_pass_the_pooler_by(**_: Any) -> list[Error]:
    if not settings.DATABASE_POOLER or settings.DATABASE_DIRECT_URL:
        return []
    return [
        Error(
            "DATABASE_POOLER is set, but DATABASE_DIRECT_URL is not.",
            hint="Runs hold locks of their session: set it to PostgreSQL's own address.",
            id="steward.E006",
        )
    ]


@register()
def plain_http_stays_on_this_machine(**_: Any) -> list[Error]:
    if not settings.STEWARD_INSECURE_HTTP or settings.STEWARD_BIND.startswith(LOOPBACK):
        return []
    return [
        Error(
            "STEWARD_INSECURE_HTTP is set, but Steward listens beyond this machine.",
            hint="Unset it, or bind to loopback: STEWARD_BIND=127.0.0.1:8000.",
            id="steward.E004",
        )
    ]


@register()
def video_hosts_are_hosts(**_: Any) -> list[Error]:
    plain = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
    return [
        Error(
            f"STEWARD_VIDEO_HOSTS: {host!r} is no host.",
            hint="Hosts are like vimeo.com, in small letters, separated by commas.",
            id="steward.E005",
        )
        for host in settings.STEWARD_VIDEO_HOSTS
        if not plain.fullmatch(host)
    ]
