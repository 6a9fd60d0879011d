"""Demo content: 3 exams with 60 questions, and the lightning round."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pghistory
from django.core.management.base import BaseCommand
from django.db import transaction

from quizbank.actions import publish_question, refresh_category_statistics
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
    for row in bank["questions"]:
        load_question(row, exams, subjects, categories)
    return len(bank["questions"])


def load_question(
    row: dict[str, Any],
    exams: dict[str, Exam],
    subjects: dict[str, Subject],
    categories: dict[str, Category],
) -> None:
    own, placed = row.pop("exams"), row.pop("categories")
    choices, status = row.pop("choices"), row.pop("status")
    subject = subjects[row.pop("subject")]
    question = Question.objects.create(numbered_by=exams[own[0]], subject=subject, **row)
    QuestionExam.objects.bulk_create(
        QuestionExam(question=question, exam=exams[code]) for code in own
    )
    QuestionCategory.objects.bulk_create(
        QuestionCategory(question=question, category=categories[code], is_primary=not position)
        for position, code in enumerate(placed)
    )
    Choice.objects.bulk_create(
        Choice(question=question, position=position, **choice)
        for position, choice in enumerate(choices, start=1)
    )
    if status == Status.ACTIVE:
        publish_question(question=question, user=None, reason="Demo content")
    elif status == Status.IN_REVIEW:
        Question.objects.filter(pk=question.pk).update(status=Status.IN_REVIEW)
