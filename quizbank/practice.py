"""The practice leaderboard: active members by the average score of their completed sessions.

It reads the figures that the counting keeps, so it is as fresh as they are. Equal averages share a
rank; who is searched for keeps the rank of the whole board.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Min

from assessments.models import Member
from ops.audit import record
from ops.spreadsheets import neutralise
from quizbank.models import UncountedAnswers

# Answers that a member needs to be ranked, unless told otherwise.
LEAST, MOST = 30, 1_000_000
PAGE, FETCHED = 100, 1_000
# So many members may match a search.
FOUND = 500

BOARD = """
    SELECT * FROM (
        SELECT
            rank() OVER board AS rank, p.user_id, m.display_name, m.email, p.average_score,
            p.total_questions_answered, p.accuracy, p.sessions_completed, p.best_score,
            p.last_answered_at,
            p.average_score IN (
                lag(p.average_score) OVER board, lead(p.average_score) OVER board
            ) IS TRUE AS tied
        FROM public.performance_summaries AS p
        JOIN public.members AS m ON m.id = p.user_id
        WHERE p.average_score IS NOT NULL AND p.total_questions_answered >= %(least)s
            AND m.is_active
        WINDOW board AS (
            ORDER BY p.average_score DESC
        )
        ORDER BY p.average_score DESC, p.total_questions_answered DESC, p.user_id
        LIMIT CASE WHEN %(people)s::uuid[] IS NULL THEN %(limit)s::bigint + %(offset)s END
    ) AS board
    WHERE %(people)s::uuid[] IS NULL OR user_id = ANY (%(people)s)
    ORDER BY average_score DESC, total_questions_answered DESC, user_id
    LIMIT %(limit)s OFFSET %(offset)s
"""  # Uses index: practice_board
RANKED = """
    SELECT count(*)
    FROM public.performance_summaries AS p
    JOIN public.members AS m ON m.id = p.user_id
    WHERE p.average_score IS NOT NULL AND p.total_questions_answered >= %s AND m.is_active
"""
COLUMNS = ("rank", "member", "answers", "sessions", "last_answer")
PERSONAL = ("name", "email", "average_score", "accuracy", "best_score")


@dataclass(frozen=True)
class Standing:
    """Scores and accuracy in percent."""

    rank: int
    user_id: UUID
    name: str
    email: str | None
    average_score: Any
    answers: int
    accuracy: Any
    sessions: int
    best_score: Any
    last_answer: datetime | None
    tied: bool


def standings(
    *, least: int, people: Sequence[UUID] | None = None, page: int = 1
) -> tuple[list[Standing], bool]:
    """A page of the board, and whether another follows; only these people, if given."""
    values = {
        "least": least,
        "people": None if people is None else list(people),
        "limit": PAGE + 1,
        "offset": (page - 1) * PAGE,
    }
    with connection.cursor() as cursor:
        cursor.execute(BOARD, values)
        rows = [Standing(*row) for row in cursor.fetchall()]
    return rows[:PAGE], len(rows) > PAGE


def ranked(least: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(RANKED, [least])
        return int(cursor.fetchone()[0])


def waiting_since() -> datetime | None:
    """When the oldest answer came that no figure has yet; None: all are counted."""
    oldest: datetime | None = UncountedAnswers.objects.aggregate(oldest=Min("added_at"))["oldest"]
    return oldest


def people_like(text: str, *, by_email: bool) -> list[UUID]:
    """By id, by name, and by e-mail where `by_email`; at most FOUND."""
    text = text.replace("\0", "").strip()
    with suppress(ValueError):
        return [UUID(text)]
    if by_email:
        found = Member.objects.matching(text).resolved()
    else:
        # Uses index: member_name_trigram.
        found = Member.objects.filter(display_name__icontains=text)
    return list(found.order_by().values_list("pk", flat=True)[:FOUND])


@transaction.atomic
def export_board(*, least: int, is_personal: bool, user: Any) -> Iterator[str]:
    """The lines of a CSV file, with the mark by which spreadsheets know UTF-8; recorded.

    `is_personal` adds names and scores to ranks and ids.
    """
    record(
        action="export",
        entity_type="leaderboard",
        entity_id="practice",
        details={"label": "Practice", "count": ranked(least), "personal": is_personal},
        actor=user,
    )
    return lines(least, is_personal=is_personal)


class Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def lines(least: int, *, is_personal: bool) -> Iterator[str]:
    columns = (*COLUMNS, *PERSONAL) if is_personal else COLUMNS
    writer = csv.writer(Line())
    yield "\ufeff" + writer.writerow(columns)
    values = {"least": least, "people": None, "limit": None, "offset": 0}
    # The cursor lives in a transaction of its own, so that a pooler keeps its connection.
    with transaction.atomic(), connection.create_cursor("practice") as cursor:
        cursor.itersize = FETCHED
        cursor.execute(BOARD, values)
        for row in cursor:
            each = Standing(*row)
            cells = {"member": each.user_id} | vars(each)
            yield writer.writerow([neutralise(text_of(cells[name])) for name in columns])


def text_of(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "" if value is None else str(value)
