"""How the backups stand: what the screens say."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from ops.backups.contents import rows_in_words
from ops.backups.pruning import outdated
from ops.models import Backup, Run
from ops.models.run import ACTIVE
from ops.registry import Schedule, declared
from ops.schedules import next_moment

OPERATIONS = ("back_up", "verify_backup", "prune_backups")


def standing() -> dict[str, Any]:
    kept = Backup.objects.kept().defer("manifest", "differences")
    return {
        "last": kept.order_by("-id").first(),
        "last_restored": kept.restored().first(),
        "next_at": next_moment(declared(Schedule)["backup"], timezone.now()),
        "active_runs": list(
            Run.objects.filter(operation__in=OPERATIONS, status__in=ACTIVE).order_by("-id")
        ),
        "outdated": outdated(),
        "keep_days": settings.STEWARD_BACKUP_KEEP_DAYS,
        "folder": str(settings.STEWARD_BACKUP_DIR),
        "free": free_bytes(),
        "database": connection.settings_dict["NAME"],
    }


def free_bytes() -> int | None:
    """None before the first backup made the folder."""
    try:
        return shutil.disk_usage(settings.STEWARD_BACKUP_DIR).free
    except OSError:
        return None


@dataclass(frozen=True)
class TableRow:
    """A table in the dump, and what came back of it at the last drill."""

    name: str
    rows: int
    restored: str
    is_same: bool


def rows_of(backup: Backup) -> list[TableRow]:
    """Those that differ first, then the largest."""
    tables: dict[str, dict[str, Any]] = (backup.manifest or {}).get("tables", {})
    wrong = {row["what"]: row["restored"] for row in backup.differences}
    tried = bool(backup.drilled_at) and (backup.verdict == "restored" or bool(wrong))
    found = [
        TableRow(
            name.removeprefix("public."),
            table["rows"],
            wrong.get(name, rows_in_words(table) if tried else ""),
            name not in wrong,
        )
        for name, table in tables.items()
    ]
    return sorted(found, key=lambda row: (row.is_same, -row.rows, row.name))
