"""Importing registers the screens of operations."""

from ops.admin import actions, matviews, monitoring, partitions, recent, runs, schedules

__all__ = ["actions", "matviews", "monitoring", "partitions", "recent", "runs", "schedules"]
