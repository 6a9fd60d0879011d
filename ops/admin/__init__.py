"""Importing registers the screens of operations."""

from ops.admin import recent, runs, schedules

__all__ = ["recent", "runs", "schedules"]
