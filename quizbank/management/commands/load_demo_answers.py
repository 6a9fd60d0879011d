"""Demo content: what the demo's members answered, and the figures that follow."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils import timezone

from assessments.models import Member
from ops.partitions import ensure_partition_of
from ops.registry import PartitionedTable, declared
from quizbank.actions import refresh_category_statistics
from quizbank.intake.keeping import archive_sessions, summarise
from quizbank.item_statistics import compute_exam, compute_revisions
from quizbank.models import AnyQuizSession, Exam, Question, QuizSession

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
STATEMENTS = ("demo_answers.sql", "demo_activity.sql")
# How far back they go, in days.
ANSWERS, INTERACTIONS = 72, 21


class Command(BaseCommand):
    help = "Load the demo's quiz sessions and answers, once."

    def handle(self, **_: Any) -> None:
        if QuizSession.objects.exists() or not Member.objects.exists():
            self.stdout.write("There are sessions already, or no members.")
            return
        with transaction.atomic():
            make_room("answers", ANSWERS)
            make_room("user_interactions", INTERACTIONS)
            with connection.cursor() as cursor:
                for name in STATEMENTS:
                    cursor.execute((FIXTURES / name).read_text())
            summarise(day_before(INTERACTIONS), timezone.now().astimezone(UTC).date())
            archived = sum(archive_sessions())
            live = Question.objects.live().values_list("published_revision", flat=True)
            compute_revisions([revision for revision in live if revision])
            for exam in Exam.objects.values_list("pk", flat=True):
                compute_exam(exam)
            refresh_category_statistics()
            with connection.cursor() as cursor:
                cursor.execute("SELECT refresh_and_record('user_daily_stats')")
        self.stdout.write(
            f"{AnyQuizSession.objects.count():,} sessions added, {archived:,} of them archived."
        )


def day_before(days: int) -> date:
    return timezone.now().astimezone(UTC).date() - timedelta(days=days)


def make_room(table: str, days: int) -> None:
    """Partitions for the months of the last days."""
    for back in range(0, days + 28, 28):
        ensure_partition_of(declared(PartitionedTable)[table], day_before(min(back, days)))
