"""Sessions, and answers by both ways."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from quizbank import intake
from quizbank.intake import Outcome
from tests.assessments.roles import MEMBER, ask
from tests.quizbank.learning import published, run

Submit = Callable[..., list[Outcome]]
CHOICES = (
    "SELECT c -> 'id' FROM question_revisions, jsonb_array_elements(content -> 'choices') AS c"
)


def choices_of(revision: UUID, *, right: bool) -> list[int]:
    """Ids of the right or of the wrong choices."""
    rows = run(f"{CHOICES} WHERE id = %s AND (c ->> 'is_correct')::boolean = %s", revision, right)
    return [int(key) for (key,) in rows]


def bank(count: int = 3) -> list[tuple[UUID, UUID]]:
    return [published(stem=f"Question {n}?") for n in range(count)]


def answer(question: tuple[UUID, UUID], *, right: bool = True, **more: Any) -> dict[str, Any]:
    key, revision = question
    return {"question_id": str(key), "choices": choices_of(revision, right=right)[:1]} | more


def start(member: UUID, questions: list[tuple[UUID, UUID]], **given: Any) -> UUID:
    keys = [str(key) for key, _ in questions]
    return intake.start_session(
        member=member, pattern="chosen", filters={"questions": keys}, count=len(keys), **given
    ).session


def by_python(session: UUID, member: UUID, *answers: Any) -> list[Outcome]:
    return intake.submit_answers(session=session, member=member, answers=answers)


def by_client(session: UUID, member: UUID, *answers: Any) -> list[Outcome]:
    rows = ask(MEMBER, member, "SELECT * FROM submit_answers(%s, %s)", session, json.dumps(answers))
    return [Outcome(*row) for row in rows]


def outcomes(rows: list[Outcome]) -> list[str]:
    return [row.outcome for row in rows]


def session_row(session: UUID, *columns: str) -> tuple[Any, ...]:
    return run(f"SELECT {', '.join(columns)} FROM quiz_sessions WHERE id = %s", session)[0]
