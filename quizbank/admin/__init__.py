"""Importing registers each concept's screens."""

from quizbank.admin import (
    categories,
    exams,
    imports,
    lightning,
    pools,
    questions,
    reports,
    statistics,
)

__all__ = [
    "categories",
    "exams",
    "imports",
    "lightning",
    "pools",
    "questions",
    "reports",
    "statistics",
]
