"""System checks over what apps declare; importing registers them."""

from ops.checks import caches, declarations, views

__all__ = ["caches", "declarations", "views"]
