"""A file's questions as a table of this transaction: matched with the bank, and checked, in SQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from quizbank.formats import ParsedQuestion
from quizbank.importing.content import COLUMNS, OF_CHOICE, Content
from quizbank.importing.copying import copy_rows, temporary
from quizbank.importing.places import Places
from quizbank.models.question import label_of

# The numbering of a question without exam, and of an exam that is not in the bank yet.
NONE, UNKNOWN = 0, -1
STAGED = ("n", "line", "key", "numbering", "exam", "external_id", "stem")
TABLE = """
    DROP TABLE IF EXISTS pg_temp.import_rows;
    CREATE TEMP TABLE import_rows (
        n integer PRIMARY KEY,
        line integer NOT NULL,
        key uuid,
        numbering bigint NOT NULL,
        exam text NOT NULL,
        external_id text,
        stem text NOT NULL,
        stem_hash uuid GENERATED ALWAYS AS
            (pg_catalog.md5(public.normalize_stem(stem))::uuid) STORED,
        numbered uuid,
        question_id uuid
    ) ON COMMIT DROP
"""
# Whose number it is; then which question: by its key, by its number, else by its stem: of several
# with one stem the oldest, but one without a number before those with one.
# Uses index: question_external_id_is_unique_in_its_numbering, question_by_stem.
MATCH = (
    "ANALYZE pg_temp.import_rows",
    """
    UPDATE pg_temp.import_rows AS r SET numbered = q.id
    FROM public.questions AS q
    WHERE q.external_id = r.external_id AND q.numbered_by_id = r.numbering
    """,
    """
    UPDATE pg_temp.import_rows AS r SET numbered = q.id
    FROM public.questions AS q
    WHERE r.numbering = 0 AND q.external_id = r.external_id AND q.numbered_by_id IS NULL
    """,
    """
    UPDATE pg_temp.import_rows AS r SET question_id = COALESCE(
        (SELECT q.id FROM public.questions AS q WHERE q.id = r.key),
        CASE WHEN r.external_id IS NOT NULL THEN r.numbered ELSE (
            SELECT q.id FROM public.questions AS q WHERE q.stem_hash = r.stem_hash
            ORDER BY q.external_id IS NOT NULL, q.id LIMIT 1
        ) END
    )
    WHERE r.key IS NOT NULL OR r.numbered IS NOT NULL OR r.external_id IS NULL
    """,
)
LOCK = """
    SELECT count(*) FROM (
        SELECT FROM public.questions AS q
        WHERE q.id IN (SELECT r.question_id FROM pg_temp.import_rows AS r)
        ORDER BY q.id FOR NO KEY UPDATE
    ) AS locked
"""
# In the file's order, with the reason to refuse a row, and the question as it is in the bank.
READ = """
    WITH marked AS (
        SELECT
            n, question_id, numbered, external_id,
            CASE
                WHEN row_number() OVER same_question > 1
                    THEN first_value(line) OVER same_question
                WHEN external_id IS NOT NULL AND row_number() OVER same_number > 1
                    THEN first_value(line) OVER same_number
            END AS first
        FROM pg_temp.import_rows
        WINDOW
            same_question AS (
                PARTITION BY COALESCE(
                    question_id::text, exam || ' ' || external_id, stem_hash::text
                ) ORDER BY n
            ),
            same_number AS (PARTITION BY exam, external_id ORDER BY n)
    )
    SELECT
        CASE
            WHEN r.first IS NOT NULL THEN 'The same question stands in line '
                || pg_catalog.to_char(r.first, 'FM999,999,999') || '.'
            WHEN r.numbered <> r.question_id
                THEN r.external_id || ' is the number of another question already.'
        END AS reason,
        q.id, q.version, q.external_id, q.numbered_by_id, q.kind, q.stem, q.explanation, q.media,
        q.difficulty, q.subject_id, q.tags, q.is_premium, q.is_user_generated,
        (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
                c.text, c.is_correct, c.fraction::text, c.tolerance::text, c.feedback
            ) ORDER BY c.position)
            FROM public.choices AS c WHERE c.question_id = q.id
        ) AS choices,
        ARRAY(
            SELECT e.id FROM public.question_exams AS qe JOIN public.exams AS e ON e.id = qe.exam_id
            WHERE qe.question_id = q.id ORDER BY e.code
        ) AS exams,
        ARRAY(
            SELECT qc.category_id FROM public.question_categories AS qc
            WHERE qc.question_id = q.id ORDER BY NOT qc.is_primary, qc.id
        ) AS categories
    FROM marked AS r LEFT JOIN public.questions AS q ON q.id = r.question_id
    ORDER BY r.n
"""
# Of these exams, without what was retired.
MISSING = """
    SELECT q.external_id FROM public.questions AS q
    WHERE q.external_id IS NOT NULL AND q.status <> 'retired'
    AND q.numbered_by_id IN (
        SELECT r.numbering FROM pg_temp.import_rows AS r WHERE r.external_id IS NOT NULL
    )
    AND NOT EXISTS (SELECT FROM pg_temp.import_rows AS r WHERE r.question_id = q.id)
    ORDER BY q.external_id COLLATE "C"
"""


@dataclass(frozen=True)
class Held:
    """A question of the bank; `content` as content.py has it."""

    pk: UUID
    version: int
    content: Content

    def __str__(self) -> str:
        return label_of(self.content["external_id"], self.content["stem"])


def stage(
    questions: list[ParsedQuestion], places: Places, override: str | None, *, lock: bool
) -> Iterator[tuple[str | None, Held | None]]:
    """Of each question of the file: why it is refused, and the one of the bank that it is."""
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        copy_rows(
            temporary("import_rows"),
            STAGED,
            (staged(n, row, places, override) for n, row in enumerate(questions)),
        )
        for statement in (*MATCH, *([LOCK] if lock else [])):
            cursor.execute(statement)
        cursor.execute(READ)
        by_key = keyed(places)
        while rows := cursor.fetchmany(2_000):
            for reason, pk, version, *values in rows:
                yield reason, Held(pk, version, content_of(values, by_key)) if pk else None


def staged(n: int, row: ParsedQuestion, places: Places, override: str | None) -> tuple[Any, ...]:
    exam = (override or row.exam or "").upper()
    known = places.exams.get(exam)
    numbering = ((known and known.pk) or UNKNOWN) if exam else NONE
    return n, row.line, row.key, numbering, exam, row.external_id, row.content["stem"]


def keyed(places: Places) -> dict[str, dict[int, Any]]:
    """The bank's exams, subjects and categories by their keys."""
    rows = {
        "exam": places.exams.values(),
        "subject": places.subjects.values(),
        "category": places.categories.values(),
    }
    return {name: {row.pk: row for row in found if row.pk} for name, found in rows.items()}


def content_of(values: list[Any], by_key: dict[str, dict[int, Any]]) -> Content:
    """From the columns of READ, beginning with external_id."""
    content = dict(zip((*COLUMNS, "choices", "exams", "categories"), values, strict=True))
    content["numbered_by"] = by_key["exam"].get(content["numbered_by"])
    content["subject"] = by_key["subject"].get(content["subject"])
    content["media"] = as_json(content["media"])
    content["choices"] = [choice_of(choice) for choice in as_json(content["choices"]) or ()]
    content["exams"] = [by_key["exam"][key] for key in content["exams"]]
    content["categories"] = [by_key["category"][key] for key in content["categories"]]
    return content


def as_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def choice_of(values: list[Any]) -> Content:
    choice = dict(zip(OF_CHOICE, values, strict=True))
    for name in ("fraction", "tolerance"):
        if choice[name] is not None:
            choice[name] = Decimal(choice[name])
    return choice


def missing() -> list[str]:
    """External ids of the file's exams that the file lacks."""
    with connection.cursor() as cursor:
        cursor.execute(MISSING)
        return [number for (number,) in cursor.fetchall()]
