"""Videos of profiles: where they may lead. `STEWARD_VIDEO_HOSTS` says it, the database holds it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction

# As in `public.video_is_allowed`.
ADDRESS = re.compile(r"https://([A-Za-z0-9.-]+)(?:[/?#]\S*)?\Z")


@dataclass(frozen=True)
class Video:
    address: str
    # Where it leads.
    host: str


def video_of(address: str | None) -> Video | None:
    """None, too, for what may not be shown: an edit that nobody checked, a host struck off."""
    found = ADDRESS.match(address or "")
    host = found[1].lower() if found else ""
    allowed = any(f".{host}".endswith(f".{each}") for each in settings.STEWARD_VIDEO_HOSTS)
    return Video(found[0], host.removeprefix("www.")) if found and allowed else None


def synchronise_after_migrate(*, using: str, **_: Any) -> None:
    """The table is what the setting says; nothing to do where migrations took the table away."""
    hosts = apps.get_model("assessments", "VideoHost")._default_manager.using(using)
    if hosts.model._meta.db_table not in connections[using].introspection.table_names():
        return
    with transaction.atomic(using=using):
        hosts.exclude(host__in=settings.STEWARD_VIDEO_HOSTS).delete()
        hosts.bulk_create(
            [hosts.model(host=host) for host in settings.STEWARD_VIDEO_HOSTS],
            ignore_conflicts=True,
        )
