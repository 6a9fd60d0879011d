"""Importing registers each concept's screens."""

from quizbank.admin import (
    answers,
    categories,
    duplicates,
    exam_statistics,
    exams,
    imports,
    interactions,
    lightning,
    pools,
    practice,
    questions,
    quiz_sessions,
    reports,
    set_aside,
    statistics,
    studies,
)

__all__ = [
    "answers",
    "categories",
    "duplicates",
    "exam_statistics",
    "exams",
    "imports",
    "interactions",
    "lightning",
    "pools",
    "practice",
    "questions",
    "quiz_sessions",
    "reports",
    "set_aside",
    "statistics",
    "studies",
]
