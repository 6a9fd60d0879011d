"""Importing registers each concept's screens."""

from assessments.admin import members, profiles

__all__ = ["members", "profiles"]
