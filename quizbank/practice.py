"""The practice leaderboard: active members by the average score of their completed sessions.

It reads the figures that the counting keeps, so it is as fresh as they are. Equal averages share a
rank; who is searched for keeps the rank of the whole board. Pages go by key, and a rank is how many
have a better average, counted once for all rows of a page.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import accumulate
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

ON_BOARD = "p.average_score IS NOT NULL AND p.total_questions_answered >= %(least)s"
FIGURES = """
    p.user_id, m.display_name, m.email, p.average_score, p.total_questions_answered, p.accuracy,
    p.sessions_completed, p.best_score, p.last_answered_at
"""
ROWS = f"""
    SELECT {FIGURES}
    FROM public.performance_summaries AS p JOIN public.members AS m ON m.id = p.user_id
    WHERE {ON_BOARD} AND m.is_active
"""  # noqa: S608  # literals of this module
# Uses index: practice_board.
FORWARD = (
    "ORDER BY p.average_score DESC, p.total_questions_answered DESC, p.user_id LIMIT %(limit)s"
)
BACKWARD = "ORDER BY p.average_score, p.total_questions_answered, p.user_id DESC LIMIT %(limit)s"
AFTER = """
    AND p.average_score <= %(score)s AND (
        p.average_score < %(score)s OR p.total_questions_answered < %(answers)s
        OR p.total_questions_answered = %(answers)s AND p.user_id > %(member)s
    )
"""
BEFORE = """
    AND p.average_score >= %(score)s AND (
        p.average_score > %(score)s OR p.total_questions_answered > %(answers)s
        OR p.total_questions_answered = %(answers)s AND p.user_id < %(member)s
    )
"""
# Members from the lowest of these scores on, between each two; under EVERYBODY all on the board.
# All of them, less the few who are hidden. Uses index: practice_board, member_inactive.
EVERYBODY = -1
COUNTS = f"""
    WITH hidden AS MATERIALIZED (
        SELECT width_bucket(theirs.average_score::float8, %(scores)s::float8[]) AS bucket
        FROM public.members AS m
        CROSS JOIN LATERAL (
            SELECT p.average_score FROM public.performance_summaries AS p
            WHERE p.user_id = m.id AND {ON_BOARD} OFFSET 0
        ) AS theirs
        WHERE NOT m.is_active
    )
    SELECT bucket, sum(members)::bigint FROM (
        SELECT {EVERYBODY} AS bucket, count(*) AS members
        FROM public.performance_summaries AS p WHERE {ON_BOARD}
        UNION ALL
        SELECT width_bucket(p.average_score::float8, %(scores)s::float8[]), count(*)
        FROM public.performance_summaries AS p
        WHERE {ON_BOARD} AND p.average_score >= %(lowest)s GROUP BY 1
        UNION ALL
        SELECT {EVERYBODY}, -count(*) FROM hidden
        UNION ALL
        SELECT h.bucket, -count(*) FROM hidden AS h GROUP BY h.bucket
    ) AS counted GROUP BY bucket
"""  # noqa: S608
# The whole board, for its file.
BOARD = f"""
    SELECT rank() OVER (ORDER BY p.average_score DESC), false, {FIGURES}
    FROM public.performance_summaries AS p JOIN public.members AS m ON m.id = p.user_id
    WHERE {ON_BOARD} AND m.is_active
    ORDER BY p.average_score DESC, p.total_questions_answered DESC, p.user_id
"""  # noqa: S608
COLUMNS = ("rank", "member", "answers", "sessions", "last_answer")
PERSONAL = ("name", "email", "average_score", "accuracy", "best_score")


@dataclass(frozen=True)
class Standing:
    """Scores and accuracy in percent."""

    rank: int
    tied: bool
    user_id: UUID
    name: str
    email: str | None
    average_score: Any
    answers: int
    accuracy: Any
    sessions: int
    best_score: Any
    last_answer: datetime | None


@dataclass(frozen=True)
class Page:
    """`earlier` and `later` are the members at its ends, where the board goes on; `ranked`: how
    many are on the board; `is_lost`: the place that was asked for is gone, and this is the top.
    """

    rows: Sequence[Standing]
    ranked: int
    earlier: UUID | None = None
    later: UUID | None = None
    is_lost: bool = False


def board(*, least: int, after: UUID | None = None, before: UUID | None = None) -> Page:
    """Its top, or what comes after or before this member."""
    place = place_of(least, after or before) if after or before else None
    back = bool(place and not after)
    if place is None:
        query = f"{ROWS} {FORWARD}"
    else:
        query = f"{ROWS} {BEFORE} {BACKWARD}" if back else f"{ROWS} {AFTER} {FORWARD}"
    found = fetched(query, {"least": least, "limit": PAGE + 1, **(place or {})})
    shown = found[:PAGE][::-1] if back else found[:PAGE]
    rows, ranked = with_ranks(shown, least)
    goes_on = len(found) > PAGE
    return Page(
        rows,
        ranked,
        earlier=rows[0].user_id if rows and (goes_on if back else place) else None,
        later=rows[-1].user_id if rows and (back or goes_on) else None,
        is_lost=bool((after or before) and place is None),
    )


def place_of(least: int, member: UUID | None) -> dict[str, Any] | None:
    rows = fetched(f"{ROWS} AND p.user_id = %(member)s", {"least": least, "member": member})
    return {"member": member, "score": rows[0][3], "answers": rows[0][4]} if rows else None


def standings_of(people: Sequence[UUID], *, least: int) -> Page:
    """Those of these people who are on the board."""
    values = {"least": least, "people": list(people), "limit": PAGE}
    found = fetched(f"{ROWS} AND p.user_id = ANY (%(people)s) {FORWARD}", values)
    rows, ranked = with_ranks(found, least)
    return Page(rows, ranked)


def with_ranks(rows: Sequence[tuple[Any, ...]], least: int) -> tuple[list[Standing], int]:
    """And how many members are on the board."""
    scores = sorted({row[3] for row in rows})
    ahead, ranked = members_from(edges(scores), least)
    standings = []
    for row in rows:
        better = ahead[above(row[3])]
        standings.append(Standing(better + 1, ahead[below(row[3])] > better + 1, *row))
    return standings, ranked


# Averages have two decimals.
HALF = Decimal("0.005")


def above(score: Decimal) -> Decimal:
    return score + HALF


def below(score: Decimal) -> Decimal:
    return score - HALF


def edges(scores: Iterable[Decimal]) -> list[Decimal]:
    return sorted({edge for score in scores for edge in (below(score), above(score))})


def members_from(scores: list[Decimal], least: int) -> tuple[dict[Decimal, int], int]:
    """Of each of these scores, in their order, how many have it or more; and how many there are."""
    lowest = scores[0] if scores else None
    buckets = dict(fetched(COUNTS, {"least": least, "scores": scores, "lowest": lowest}))
    ahead = accumulate(buckets.get(number, 0) for number in range(len(scores), 0, -1))
    return dict(zip(reversed(scores), ahead, strict=True)), buckets[EVERYBODY]


def fetched(query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def ranked(least: int) -> int:
    return members_from([], least)[1]


def waiting_since() -> datetime | None:
    """When the oldest answer came that no figure has yet; None: all are counted."""
    oldest: datetime | None = UncountedAnswers.objects.aggregate(oldest=Min("added_at"))["oldest"]
    return oldest


def people_like(text: str, *, by_email: bool) -> list[UUID]:
    """By id, by name, and by e-mail where `by_email`; at most one more than a page has."""
    text = text.replace("\0", "").strip()
    with suppress(ValueError):
        return [UUID(text)]
    if by_email:
        found = Member.objects.matching(text).resolved()
    else:
        # Uses index: member_name_trigram.
        found = Member.objects.filter(display_name__icontains=text)
    return list(found.order_by().values_list("pk", flat=True)[: PAGE + 1])


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
    # The cursor lives in a transaction of its own, so that a pooler keeps its connection.
    with transaction.atomic(), connection.create_cursor("practice") as cursor:
        cursor.itersize = FETCHED
        cursor.execute(BOARD, {"least": least})
        for row in cursor:
            each = Standing(*row)
            cells = {"member": each.user_id} | vars(each)
            yield writer.writerow([neutralise(text_of(cells[name])) for name in columns])


def text_of(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "" if value is None else str(value)
