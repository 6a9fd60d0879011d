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
    schema,
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
    "schema",
]
