"""Importing registers the screens of operations."""

from ops.admin import (
    actions,
    alerts,
    backups,
    caches,
    exports,
    logins,
    matviews,
    monitoring,
    partitions,
    recent,
    runs,
    schedules,
)

__all__ = [
    "actions",
    "alerts",
    "backups",
    "caches",
    "exports",
    "logins",
    "matviews",
    "monitoring",
    "partitions",
    "recent",
    "runs",
    "schedules",
]
