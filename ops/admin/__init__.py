"""Importing registers the screens of operations."""

from ops.admin import actions, matviews, partitions, recent, runs, schedules

__all__ = ["actions", "matviews", "partitions", "recent", "runs", "schedules"]
