"""Demo content: what the demo's members answered, and the figures that follow."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils import timezone

from assessments.models import Member
from ops.partitions import ensure_partition_of
from ops.registry import PartitionedTable, declared
from quizbank.item_statistics import compute_exam, compute_revisions
from quizbank.models import Exam, Question, QuizSession

STATEMENTS = Path(__file__).resolve().parents[2] / "fixtures" / "demo_answers.sql"
EARLIEST = timedelta(days=20)


class Command(BaseCommand):
    help = "Load the demo's quiz sessions and answers, once."

    def handle(self, **_: Any) -> None:
        if QuizSession.objects.exists() or not Member.objects.exists():
            self.stdout.write("There are sessions already, or no members.")
            return
        answers = declared(PartitionedTable)["answers"]
        with transaction.atomic():
            ensure_partition_of(answers, (timezone.now() - EARLIEST).date())
            with connection.cursor() as cursor:
                cursor.execute(STATEMENTS.read_text())
            live = Question.objects.live().values_list("published_revision", flat=True)
            compute_revisions([revision for revision in live if revision])
            for exam in Exam.objects.values_list("pk", flat=True):
                compute_exam(exam)
        self.stdout.write(f"{QuizSession.objects.count():,} sessions added.")
