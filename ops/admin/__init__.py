"""Importing registers the screens of operations."""

from ops.admin import actions, recent, runs, schedules

__all__ = ["actions", "recent", "runs", "schedules"]
