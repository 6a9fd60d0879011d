"""Importing registers each concept's screens."""

from assessments.admin import boards, members, profiles, sessions

__all__ = ["boards", "members", "profiles", "sessions"]
