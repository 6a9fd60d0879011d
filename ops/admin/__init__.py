"""Importing registers the screens of operations."""

from ops.admin import actions, matviews, recent, runs, schedules

__all__ = ["actions", "matviews", "recent", "runs", "schedules"]
