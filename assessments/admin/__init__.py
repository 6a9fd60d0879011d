"""Importing registers each concept's screens."""

from assessments.admin import boards, catalogue, events, members, profiles, sessions

__all__ = ["boards", "catalogue", "events", "members", "profiles", "sessions"]
