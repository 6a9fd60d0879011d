"""Importing registers each concept's screens."""

from quizbank.admin import (
    categories,
    duplicates,
    exam_statistics,
    exams,
    imports,
    lightning,
    pools,
    practice,
    questions,
    reports,
    statistics,
)

__all__ = [
    "categories",
    "duplicates",
    "exam_statistics",
    "exams",
    "imports",
    "lightning",
    "pools",
    "practice",
    "questions",
    "reports",
    "statistics",
]
