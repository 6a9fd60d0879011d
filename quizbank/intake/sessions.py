"""The steps of a session, each a call of the SQL function of that name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from psycopg.errors import Diagnostic

from ops.errors import reason_of
from quizbank.actions import Refused

# What the functions raise for a person: no such row, a rule, a value, a privilege; and JSON with a
# character that the database has no room for.
REFUSALS = {"P0002", "23505", "23514", "22023", "42501", "22P02", "22P05"}

type Answers = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Outcome:
    """What became of one answer: recorded, duplicate, refused (with a reason), or queued."""

    question_id: str | None
    outcome: str
    reason: str | None = None
    # In tutor mode, once it is recorded.
    is_correct: bool | None = None


@dataclass(frozen=True)
class Started:
    """A new session, and why it has fewer questions than asked for; empty if it has not."""

    session: UUID
    shortage: str = ""


@contextmanager
def refusals() -> Iterator[None]:
    """All or nothing; what the database refuses is Refused, in its words."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) not in REFUSALS:
            raise
        raise Refused(reason_of(error)) from error


def rows_of(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with refusals(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


@contextmanager
def notices() -> Iterator[list[str]]:
    """What the database tells meanwhile, beside its rows."""
    connection.ensure_connection()
    raw = connection.connection
    told: list[str] = []

    def hear(notice: Diagnostic) -> None:
        told.append(notice.message_primary or "")

    raw.add_notice_handler(hear)
    try:
        yield told
    finally:
        raw.remove_notice_handler(hear)


def start_session(
    *,
    member: UUID,
    count: int = 10,
    pattern: str = "filter",
    filters: Mapping[str, Any] | None = None,
    mode: str = "tutor",
    question_mode: str = "standard",
    time_limit: int | None = None,
) -> Started:
    """`time_limit` in seconds; `filters` as draw_questions() has them."""
    with notices() as told:
        ((session,),) = rows_of(
            "SELECT public.start_quiz_session(%s, %s, %s, %s, %s, %s, %s)",
            member,
            count,
            pattern,
            json.dumps(dict(filters or {}), default=str),
            mode,
            question_mode,
            time_limit,
        )
    return Started(UUID(str(session)), " ".join(told))


def submit_answers(
    *, session: UUID, member: UUID, answers: Answers, received_at: datetime | None = None
) -> list[Outcome]:
    """1 to 50 answers, `{"question_id", "choices": [id] | "text", "time_ms"}`; an outcome each."""
    rows = rows_of(
        "SELECT * FROM public.record_answers(%s, %s, %s, %s)",
        session,
        member,
        json.dumps(list(answers), default=str),
        received_at,
    )
    return [Outcome(*row) for row in rows]


def pause_session(*, session: UUID) -> None:
    rows_of("SELECT public.pause_quiz_session(%s)", session)


def resume_session(*, session: UUID) -> datetime:
    """When it ends now."""
    ((ends,),) = rows_of("SELECT public.resume_quiz_session(%s)", session)
    return ends


def complete_session(*, session: UUID) -> Decimal:
    """The score, in percent; of a completed one too."""
    ((score,),) = rows_of("SELECT public.complete_quiz_session(%s)", session)
    return score


def abandon_session(*, session: UUID, reason: str = "left") -> None:
    rows_of("SELECT public.abandon_quiz_session(%s, %s)", session, reason)
