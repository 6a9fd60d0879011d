"""Demo content: 3 exams with 60 questions, and the lightning round."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pghistory
from django.core.management.base import BaseCommand
from django.db import transaction

from quizbank.actions import refresh_category_statistics
from quizbank.importing.write import publish_questions
from quizbank.models import (
    Category,
    Choice,
    Exam,
    LightningQuestion,
    Question,
    QuestionCategory,
    QuestionExam,
    Subject,
)
from quizbank.models.question import Status

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


class Command(BaseCommand):
    help = "Load the demo's exams and questions, once, and the lightning round."

    def handle(self, **_: Any) -> None:
        with transaction.atomic(), pghistory.context(command="load_demo"):
            added = load_lightning()
            if not Question.objects.exists():
                added += load_bank()
                refresh_category_statistics()
        self.stdout.write(f"{added} questions added.")


def load_lightning() -> int:
    rows = json.loads((FIXTURES / "lightning_questions.json").read_text())
    known = set(LightningQuestion.objects.values_list("pk", flat=True))
    missing = [
        LightningQuestion(id=row.pop("key"), **row) for row in rows if row["key"] not in known
    ]
    return len(LightningQuestion.objects.bulk_create(missing))


def load_bank() -> int:
    bank = json.loads((FIXTURES / "demo_bank.json").read_text())
    exams = {row["code"]: Exam.objects.create(**row) for row in bank["exams"]}
    subjects = {row["code"]: Subject.objects.create(**row) for row in bank["subjects"]}
    categories: dict[str, Category] = {}
    for row in bank["categories"]:
        parent = categories.get(row.pop("parent"))
        exam = exams[row.pop("exam")]
        categories[row["code"]] = Category.objects.create(parent=parent, exam=exam, **row)
    load_questions(bank["questions"], exams, subjects, categories)
    return len(bank["questions"])


def load_questions(
    rows: list[dict[str, Any]],
    exams: dict[str, Exam],
    subjects: dict[str, Subject],
    categories: dict[str, Category],
) -> None:
    """Those that are published or in review there become it once they are whole."""
    parts = [
        {name: row.pop(name) for name in ("exams", "categories", "choices", "status", "subject")}
        for row in rows
    ]
    questions = Question.objects.bulk_create(
        Question(numbered_by=exams[part["exams"][0]], subject=subjects[part["subject"]], **row)
        for row, part in zip(rows, parts, strict=True)
    )
    whole = list(zip(questions, parts, strict=True))
    QuestionExam.objects.bulk_create(
        QuestionExam(question=question, exam=exams[code])
        for question, part in whole
        for code in part["exams"]
    )
    QuestionCategory.objects.bulk_create(
        QuestionCategory(question=question, category=categories[code], is_primary=not position)
        for question, part in whole
        for position, code in enumerate(part["categories"])
    )
    Choice.objects.bulk_create(
        Choice(question=question, position=position, **choice)
        for question, part in whole
        for position, choice in enumerate(part["choices"], start=1)
    )
    keys = {
        status: [question.pk for question, part in whole if part["status"] == status]
        for status in (Status.ACTIVE, Status.IN_REVIEW)
    }
    publish_questions(keys[Status.ACTIVE], None, "Demo content")
    Question.objects.filter(pk__in=keys[Status.IN_REVIEW]).update(status=Status.IN_REVIEW)
