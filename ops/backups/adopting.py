"""Dumps in the folder that the ledger does not know: it was restored to a moment before them."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from uuid_utils.compat import uuid7

from ops.backups import files
from ops.models import Backup
from ops.models.backup import BackupState

log = structlog.get_logger(__name__)


def adopt(database: str) -> list[str]:
    """Their manifests become rows, as made when the dump was taken; returns their names."""
    known = set(Backup.objects.values_list("file_name", flat=True))
    found = [manifest_of(path) for path in sorted(files.folder().glob(f"*{files.MANIFEST}"))]
    unknown = [
        manifest
        for manifest in found
        if manifest.get("database") == database
        and manifest["file"] not in known
        and (files.folder() / manifest["file"]).is_file()
    ]
    for manifest in unknown:
        moment = datetime.fromisoformat(manifest["taken_at"])
        Backup.objects.create(
            id=uuid7(nanoseconds=round(moment.timestamp() * 1_000_000) * 1000),
            file_name=manifest["file"],
            database=database,
            state=BackupState.KEPT,
            finished_at=datetime.fromisoformat(manifest["finished_at"]),
            size=manifest["size"],
            sha256=manifest["sha256"],
            manifest=manifest,
        )
    return [manifest["file"] for manifest in unknown]


def manifest_of(path: Path) -> dict[str, Any]:
    """Empty for another file of that ending, or a broken one."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        log.warning("manifest cannot be read", path=str(path))
        return {}
    return found if isinstance(found, dict) and "file" in found else {}
