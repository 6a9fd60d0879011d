"""Importing registers each concept's screens."""

from assessments.admin import members, profiles, sessions

__all__ = ["members", "profiles", "sessions"]
