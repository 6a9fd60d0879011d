"""Members who learn, and questions for them, in plain SQL."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.db import connection

Choice = tuple[str, bool, Any]
RIGHT: Choice = ("yes", True, None)
WRONG: Choice = ("no", False, None)


def run(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]


def value(sql: str, *parameters: Any) -> Any:
    return run(sql, *parameters)[0][0]


# The id of a row of exactly that moment (uuidv7 makes one of up to a millisecond later).
ID_AT = (
    "(left(uuid_floor(%s)::text, 14) || '7000-8000-' || right(gen_random_uuid()::text, 12))::uuid"
)


def learner(name: str = "Ada Lovelace") -> UUID:
    return value(
        "INSERT INTO members (id, display_name) VALUES (%s, %s) RETURNING id", uuid4(), name
    )


def published(*choices: Choice, kind: str = "single", stem: str = "Which one?") -> tuple[Any, Any]:
    """(question, revision)."""
    question = value(
        "INSERT INTO questions (kind, stem, explanation, media, difficulty, status, is_premium,"
        " is_user_generated, tags, answered)"
        " VALUES (%s, %s, '', '[]', 'easy', 'draft', false, false, '{}', false) RETURNING id",
        kind,
        stem,
    )
    for position, (text, is_correct, tolerance) in enumerate(choices or (RIGHT, WRONG), start=1):
        run(
            "INSERT INTO choices (question_id, position, text, is_correct, tolerance, feedback)"
            " VALUES (%s, %s, %s, %s, %s, '')",
            question,
            position,
            text,
            is_correct,
            tolerance,
        )
    revision = value(
        "INSERT INTO question_revisions (question_id, reason) VALUES (%s, '') RETURNING id",
        question,
    )
    run(
        "UPDATE questions SET status = 'active', published_revision_id = %s WHERE id = %s",
        revision,
        question,
    )
    return question, revision


def plain_session(member: UUID, questions: int = 2, **given: Any) -> UUID:
    """A row as it may stand in the table, with keys of nothing."""
    values = {
        "user_id": member,
        "question_ids": [uuid4() for _ in range(questions)],
        "revision_ids": [uuid4() for _ in range(questions)],
    } | given
    if "expires_at" not in values:
        values["expires_at"] = value("SELECT now() + interval '4 hours'")
    names = ", ".join(values)
    marks = ", ".join(["%s"] * len(values))
    return value(
        f"INSERT INTO quiz_sessions ({names}) VALUES ({marks}) RETURNING id", *values.values()
    )


def plain_answer(session: UUID, member: UUID, **given: Any) -> UUID:
    values = {
        "session_id": session,
        "user_id": member,
        "question_id": uuid4(),
        "revision_id": uuid4(),
        "is_correct": True,
    } | given
    names = ", ".join(values)
    marks = ", ".join(["%s"] * len(values))
    return value(f"INSERT INTO answers ({names}) VALUES ({marks}) RETURNING id", *values.values())
