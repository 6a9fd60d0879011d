"""System checks that say what to set. `manage.py check` runs them before anything else."""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.checks import Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from config.roles import ROLES

# What a variable begins with that can only be meant for Steward.
PREFIXES = ("STEWARD_", "DATABASE_", "ALERT_")
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


@register(deploy=True)
def variables_are_spelt_right(**_: Any) -> list[Warning]:
    known = [name for name in dir(settings) if name.startswith(PREFIXES)]
    return [
        Warning(
            f"{name} is no setting of Steward.",
            hint=" ".join(f"Is it {close}?" for close in get_close_matches(name, known, 1)),
            id="steward.W007",
        )
        for name in sorted(os.environ)
        if name.startswith(PREFIXES) and name not in known
    ]


@register(Tags.database)
def second_factor_groups_exist(databases: Any = None, **_: Any) -> list[Warning]:
    """Asks the database only for names that config/roles.py does not have."""
    names = set(settings.SECOND_FACTOR_GROUPS) - {"superusers", *ROLES}
    if names and databases and Group._meta.db_table in connection.introspection.table_names():
        names -= set(Group.objects.filter(name__in=names).values_list("name", flat=True))
    return [
        Warning(
            f"SECOND_FACTOR_GROUPS: there is no group {name!r}, so nobody is asked for a code.",
            hint=f"Groups are {', '.join(ROLES)}, superusers, and those that you made.",
            id="steward.W008",
        )
        for name in sorted(names)
    ]
