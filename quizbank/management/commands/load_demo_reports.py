"""Demo content: problem reports of members, and questions that the bank holds twice."""

from __future__ import annotations

from typing import Any

import pghistory
from django.core.management.base import BaseCommand
from django.db import transaction

from assessments.models import Member
from ops.runs import enqueue
from quizbank.actions import publish_question
from quizbank.models import Choice, ProblemReport, Question
from quizbank.models.report import Reason

# External id → what members say of it.
REPORTS = {
    "NET-002": (
        (Reason.ERROR, "I think that two of the choices are right."),
        (Reason.UNCLEAR, "It does not say whether the mask belongs to the answer."),
        (Reason.ERROR, "The explanation contradicts the answer that is marked right."),
    ),
    "NET-003": ((Reason.OUTDATED, "Later documents reserve more ranges than this one."),),
    "COF-003": (
        (Reason.UNCLEAR, "Is this about the green coffee or about the roasted one?"),
        (Reason.OTHER, "There is a typing error in the second choice."),
    ),
}
# External id → how its stem reads the second time.
TWICE = {"NET-003": ("Which", "Which one"), "COF-004": ("?", " then?")}


class Command(BaseCommand):
    help = "Load the demo's problem reports and two duplicates, once."

    def handle(self, **_: Any) -> None:
        with transaction.atomic(), pghistory.context(command="load_demo_reports"):
            made = 0 if ProblemReport.objects.exists() else load_reports() + load_duplicates()
            if made:
                enqueue(operation="find_similar_questions")
        self.stdout.write(f"{made} reports and duplicates added.")


def load_reports() -> int:
    members = list(Member.objects.filter(is_active=True).order_by("pk")[:20])
    found = Question.objects.filter(external_id__in=REPORTS, published_revision__isnull=False)
    rows = [
        ProblemReport(
            question=question,
            revision=question.published_revision,
            reporter=member,
            reason=reason,
            description=text,
        )
        for question in found.select_related("published_revision")
        for (reason, text), member in zip(REPORTS[str(question.external_id)], members, strict=False)
    ]
    return len(ProblemReport.objects.bulk_create(rows))


def load_duplicates() -> int:
    found = Question.objects.filter(external_id__in=TWICE).prefetch_related("choices")
    for question in found:
        choices = list(question.choices.all())
        old, fresh = TWICE[str(question.external_id)]
        copy = Question.objects.create(
            kind=question.kind,
            stem=question.stem.replace(old, fresh, 1),
            explanation=question.explanation,
            difficulty=question.difficulty,
            subject_id=question.subject_id,
        )
        Choice.objects.bulk_create(
            Choice(
                question=copy,
                position=choice.position,
                text=choice.text,
                is_correct=choice.is_correct,
                tolerance=choice.tolerance,
            )
            for choice in choices
        )
        publish_question(question=copy, user=None, reason="Demo content")
    return len(found)
