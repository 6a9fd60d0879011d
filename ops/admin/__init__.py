"""Importing registers the screens of operations."""

from ops.admin import recent

__all__ = ["recent"]
