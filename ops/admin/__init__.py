"""Importing registers the screens of operations."""

from ops.admin import actions, alerts, matviews, monitoring, partitions, recent, runs, schedules

__all__ = [
    "actions",
    "alerts",
    "matviews",
    "monitoring",
    "partitions",
    "recent",
    "runs",
    "schedules",
]
