"""Importing registers the screens of operations."""

from ops.admin import recent, runs

__all__ = ["recent", "runs"]
