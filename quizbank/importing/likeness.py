"""Possible duplicates: new questions that read like one of the bank, or of the same file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

from quizbank.importing.plan import Plan
from quizbank.models import Question
from quizbank.rendering import one_line

# Of pg_trgm's similarity, 0 to 1. Below it, two questions of an official pool are mostly two
# questions: "unit of capacitance", "unit of inductance".
ALIKE = 0.6
# What one preview looks at and shows.
EXAMINED, LISTED = 1_000, 100


@dataclass(frozen=True)
class Likeness:
    """One of `question` (a key) and `other_line` says whom the new question is like."""

    line: int
    stem: str
    other: str
    percent: int
    question: str | None = None
    other_line: int | None = None


def possible_duplicates(plan: Plan) -> list[dict[str, Any]]:
    """The most alike first, at most LISTED of the first EXAMINED new questions."""
    new = [row.parsed for row in plan.new[:EXAMINED]]
    if not new:
        return []
    stems = [parsed.content["stem"] for parsed in new]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n, question, other, likeness FROM public.similar_stems(%s::text[], %s)"
            " ORDER BY likeness DESC, n, other NULLS FIRST LIMIT %s",
            [stems, ALIKE, LISTED],
        )
        rows = cursor.fetchall()
    bank = Question.objects.only("stem", "external_id").in_bulk([row[1] for row in rows if row[1]])
    return [
        asdict(
            Likeness(
                line=new[n - 1].line,
                stem=one_line(stems[n - 1]),
                other=str(bank[key]) if key else one_line(stems[other - 1]),
                percent=round(likeness * 100),
                question=str(key) if key else None,
                other_line=None if key else new[other - 1].line,
            )
        )
        for n, key, other, likeness in rows
    ]
