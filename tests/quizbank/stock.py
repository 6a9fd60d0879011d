"""Published questions in their places, and draws of them, in plain SQL."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from tests.quizbank.learning import published, run, value


def category(code: str, parent: int | None = None) -> int:
    return value(
        "INSERT INTO categories (parent_id, kind, code, name, position)"
        " VALUES (%s, 'topic', %s, %s, 0) RETURNING id",
        parent,
        code,
        code,
    )


def exam(code: str) -> int:
    return value(
        "INSERT INTO exams (code, title, description) VALUES (%s, %s, '') RETURNING id", code, code
    )


def stocked(
    count: int = 1,
    *,
    topic: int | None = None,
    difficulty: str = "easy",
    exams: tuple[int, ...] = (),
    uses: int = 0,
    success: float | None = None,
) -> list[UUID]:
    """Questions that wait for the rebuild."""
    keys = [published(stem=f"Question {n} {topic} {difficulty}?")[0] for n in range(count)]
    if topic is not None:
        run(
            "INSERT INTO question_categories (question_id, category_id, is_primary)"
            " SELECT unnest(%s::uuid[]), %s, true",
            keys,
            topic,
        )
    for each in exams:
        run(
            "INSERT INTO question_exams (question_id, exam_id) SELECT unnest(%s::uuid[]), %s",
            keys,
            each,
        )
    run(
        "UPDATE questions SET difficulty = %s, success_rate = %s WHERE id = ANY(%s)",
        difficulty,
        success,
        keys,
    )
    if uses:
        run(
            "INSERT INTO question_difficulty (question_id, attempt_count)"
            " SELECT unnest(%s::uuid[]), %s",
            keys,
            uses,
        )
    return keys


def rebuild() -> tuple[int, int, int]:
    """(keys, pools, questions)."""
    return run("SELECT * FROM rebuild_waiting_pools(NULL)")[0]  # type: ignore[return-value]


def draw(
    count: int, pattern: str = "filter", member: UUID | None = None, **filters: Any
) -> list[UUID]:
    rows = run(
        "SELECT question_id FROM draw_questions(%s, %s, %s, %s)",
        member,
        pattern,
        json.dumps(filters, default=str),
        count,
    )
    return [key for (key,) in rows]


def shortage(
    count: int, drawn: int, pattern: str = "filter", member: UUID | None = None, **filters: Any
) -> str | None:
    return value(
        "SELECT draw_shortage(%s, %s, %s, %s, %s)",
        member,
        pattern,
        json.dumps(filters),
        count,
        drawn,
    )


def met(member: UUID, questions: list[UUID], days_ago: float = 1) -> None:
    """The member got these in a session that ended."""
    run(
        "INSERT INTO quiz_sessions (id, user_id, question_ids, revision_ids, status,"
        " abandon_reason, started_at, expires_at)"
        " SELECT uuidv7(-ago), %s, %s, %s, 'abandoned', 'left', now() - ago, now()"
        " FROM make_interval(secs => %s) AS ago",
        member,
        questions,
        questions,
        days_ago * 86_400,
    )
