"""Importing registers each concept's screens."""

from assessments.admin import profiles

__all__ = ["profiles"]
