"""Staff who look at screens that are kept for a while."""

from __future__ import annotations

from functools import cache
from typing import Any

from quizbank import counts, tree
from quizbank.models import Exam
from tests.faults.deeds import Deed


@cache
def kept_answers() -> list[tuple[Any, dict[str, Any]]]:
    """Functions whose answers are kept until a table is written, and arguments."""
    exam = Exam.objects.exclude(code="FAULT").order_by("pk").values_list("pk", flat=True).first()
    return [
        (counts.question_counts, {"group": "exam"}),
        (counts.question_counts, {"group": "subject"}),
        (counts.questions_in, {"status": "draft"}),
        (counts.questions_in, {"status": "active"}),
        (tree.placements, {"exam_id": exam}),
    ]


class Reading(Deed):
    """Whatever is away, somebody is answered."""

    def once(self) -> None:
        source, arguments = self.chance.choice(kept_answers())
        self.insist(lambda: source(**arguments))
