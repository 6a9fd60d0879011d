"""Exports: questions in files that an import reads back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from ops.audit import record
from quizbank.actions import User
from quizbank.formats.writing import Document, write
from quizbank.importing.content import OF_CHOICE, Content, as_keys, in_bank
from quizbank.models import Category, Exam, Question, Subject
from quizbank.querysets import QuestionQuerySet

CHUNK = 500
PLAIN = ("external_id", "kind", "difficulty", "stem", "explanation", "media", "tags")
FLAGS = ("is_premium", "is_user_generated")


@transaction.atomic
def export_questions(*, questions: QuestionQuerySet, format_name: str, user: User) -> bytes:
    """A file in a format of `writing.WRITTEN`. Raises FormatError where it cannot hold a text."""
    used = Used()
    found = questions.order_by("pk").with_content().iterator(chunk_size=CHUNK)
    rows = [as_row(question, in_bank(question), used) for question in found]
    record(
        action="export",
        entity_type=Question._meta.model_name or "",
        details={"count": len(rows), "format": format_name},
        actor=user,
    )
    return write(used.document() | {"questions": rows}, format_name)


class Used:
    """The places that exported questions stand in."""

    def __init__(self) -> None:
        self.exams: dict[int, Exam] = {}
        self.subjects: dict[int, Subject] = {}
        self.categories: set[int] = set()

    def add(self, content: Content) -> None:
        exams = [*content["exams"], *filter(None, [content["numbered_by"]])]
        self.exams |= {exam.pk: exam for exam in exams}
        if content["subject"]:
            self.subjects[content["subject"].pk] = content["subject"]
        self.categories |= {category.pk for category in content["categories"]}

    def document(self) -> Document:
        """Categories with all that they stand below, which comes before them."""
        known = Category.objects.select_related("exam").order_by("position", "pk").in_bulk()
        paths = {path[-1].pk: path for key in self.categories for path in paths_to(key, known)}
        wanted = sorted(paths.values(), key=lambda path: (len(path), path[-1].position))
        self.exams |= {path[0].exam.pk: path[0].exam for path in wanted if path[0].exam}
        return {
            "exams": sorted(
                (
                    {"code": exam.code, "title": exam.title, "description": exam.description}
                    for exam in self.exams.values()
                ),
                key=lambda row: row["code"],
            ),
            "subjects": sorted(
                ({"code": row.code, "name": row.name} for row in self.subjects.values()),
                key=lambda row: row["code"],
            ),
            "categories": [
                {
                    "exam": path[-1].exam.code if path[-1].exam else None,
                    "code": path[-1].code,
                    "name": path[-1].name,
                    "kind": path[-1].kind,
                    "parent": path[-2].code if len(path) > 1 else None,
                    "position": path[-1].position,
                }
                for path in wanted
            ],
        }


def paths_to(key: int, known: dict[int, Category]) -> Iterable[list[Category]]:
    """The way from the root to this category, and to each one above it."""
    path = [known[key]]
    while path[0].parent_id:
        path.insert(0, known[path[0].parent_id])
    return (path[:length] for length in range(1, len(path) + 1))


def as_row(question: Question, content: Content, used: Used) -> dict[str, Any]:
    """The question in the shape that `formats.own` reads."""
    used.add(content)
    numbered_by, subject = content["numbered_by"], content["subject"]
    home = numbered_by or next(iter(content["exams"]), None)
    return {
        "id": str(question.pk),
        "exam": numbered_by.code if numbered_by else None,
        **{name: content[name] for name in PLAIN},
        "subject": subject.code if subject else None,
        "exams": [exam.code for exam in content["exams"]],
        "categories": [code_of(category, home) for category in content["categories"]],
        **{name: content[name] for name in FLAGS},
        "choices": [as_choice(choice) for choice in content["choices"]],
        "status": question.status,
    }


def as_choice(choice: Content) -> dict[str, Any]:
    """Without what is empty, except for what every choice has."""
    kept = {name: as_keys(choice[name]) for name in OF_CHOICE}
    return {
        name: value
        for name, value in kept.items()
        if name == "is_correct" or value not in (None, "")
    }


def code_of(category: Category, home: Exam | None) -> str:
    """CODE in the question's own exam; EXAM:CODE in another, :CODE for a shared one."""
    if home and category.exam_id == home.pk and ":" not in category.code:
        return category.code
    return f"{category.exam.code if category.exam else ''}:{category.code}"
