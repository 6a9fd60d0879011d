"""System checks over what apps declare; importing registers them."""

from ops.checks import declarations, views

__all__ = ["declarations", "views"]
