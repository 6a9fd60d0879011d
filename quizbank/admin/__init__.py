"""Importing registers each concept's screens."""

from quizbank.admin import categories, exams, lightning, questions

__all__ = ["categories", "exams", "lightning", "questions"]
