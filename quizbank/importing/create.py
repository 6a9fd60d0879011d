"""New questions by COPY: into the tables themselves, whose statement triggers then see all rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection
from uuid_utils.compat import uuid7

from quizbank.actions import User
from quizbank.importing.content import COLUMNS, OF_CHOICE, Content
from quizbank.importing.copying import copy_rows, table_of
from quizbank.models import Choice, Question, QuestionCategory, QuestionExam

FOREIGN = {"numbered_by": "numbered_by_id", "subject": "subject_id"}
DEFAULTS: Content = {
    "kind": "single",
    "explanation": "",
    "media": [],
    "difficulty": "medium",
    "tags": [],
    "is_premium": False,
    "is_user_generated": False,
}
CHOICE_DEFAULTS: Content = {"is_correct": False, "feedback": ""}
BRANCHES = """
    WITH RECURSIVE path AS (
        SELECT c.id AS leaf, c.id, c.parent_id, NULL::bigint AS below
        FROM public.categories AS c WHERE c.id = ANY (%s)
        UNION ALL
        SELECT path.leaf, c.id, c.parent_id, path.id
        FROM path JOIN public.categories AS c ON c.id = path.parent_id
    )
    SELECT leaf, id, below FROM path WHERE parent_id IS NULL
"""


def create_questions(contents: Iterable[Content], user: User) -> list[UUID]:
    """Contents with keys instead of rows; see content.as_keys. Returns the keys, in that order.

    They are taken one by one, while the server writes those before. Foreign keys wait for the
    commit: what belongs to a question goes in first, so that its content hash is right at once and
    its row is not written again for each of them.
    """
    pairs: list[tuple[UUID, Content]] = []

    def choices() -> Iterator[tuple[Any, ...]]:
        for content in contents:
            pairs.append((key := uuid7(), content))
            for position, choice in enumerate(content["choices"], start=1):
                values = (choice.get(name, CHOICE_DEFAULTS.get(name)) for name in OF_CHOICE)
                yield key, position, *values

    copy_rows(table_of(Choice), ("question_id", "position", *OF_CHOICE), choices())
    if not pairs:
        return []
    copy_rows(
        table_of(QuestionExam),
        ("question_id", "exam_id"),
        ((key, exam) for key, content in pairs for exam in content.get("exams", ())),
    )
    copy_rows(
        table_of(QuestionCategory),
        ("question_id", "category_id", "is_primary"),
        (
            (key, category, not number)
            for key, content in pairs
            for number, category in enumerate(content.get("categories", ()))
        ),
    )
    copy_questions(pairs, user)
    return [key for key, _ in pairs]


def copy_questions(pairs: list[tuple[UUID, Content]], user: User) -> None:
    branches = branches_of({home for _, content in pairs if (home := primary(content))})
    author = user.pk if user else None
    copy_rows(
        table_of(Question),
        (
            *("id", "author_id", "system_id", "topic_id", "status", "answered"),
            *(FOREIGN.get(name, name) for name in COLUMNS),
        ),
        (
            (
                *(key, author, *branches.get(primary(content), (None, None)), "draft", False),
                *(column(name, content) for name in COLUMNS),
            )
            for key, content in pairs
        ),
    )


def primary(content: Content) -> int | None:
    return next(iter(content.get("categories", ())), None)


def column(name: str, content: Content) -> Any:
    value = content.get(name, DEFAULTS.get(name))
    return json.dumps(value) if name == "media" else value


def branches_of(categories: set[int]) -> dict[int | None, tuple[int, int | None]]:
    """System and topic of each category, as place_questions() derives them for one question."""
    with connection.cursor() as cursor:
        cursor.execute(BRANCHES, [list(categories)])
        return {leaf: (root, below) for leaf, root, below in cursor.fetchall()}
