"""Writes of an import: a handful of statements, whatever the number of questions."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model
from psycopg import sql

from quizbank.actions import User
from quizbank.importing.content import COLUMNS, OF_CHOICE, Content, as_keys
from quizbank.importing.create import FOREIGN
from quizbank.models import (
    Choice,
    Question,
    QuestionCategory,
    QuestionExam,
    QuestionRevision,
)
from quizbank.models.question import Status

OF_CHOICE_ROW = ("position", *OF_CHOICE)


@contextmanager
def fresh_plans() -> Iterator[None]:
    """Every statement in here has its triggers planned for its own number of rows.

    Without it they keep the plan of their first run in the session: made for one row, it joins the
    old rows with the new ones in a nested loop, which takes a minute for 10,000.
    """

    def replan(
        execute: Callable[..., Any], statement: Any, params: Any, many: bool, context: Any
    ) -> Any:
        execute("DISCARD PLANS", None, False, context)
        return execute(statement, params, many, context)

    with connection.execute_wrapper(replan):
        yield


def columns_of(content: Content) -> dict[str, Any]:
    """The question's own columns in `content`, whose rows are keys."""
    return {FOREIGN.get(name, name): content[name] for name in COLUMNS if name in content}


def write_contents(changes: list[tuple[Question, Content]]) -> None:
    """Replace what each content names; contents with keys instead of rows."""
    by_names: dict[tuple[str, ...], list[Content]] = defaultdict(list)
    for question, content in changes:
        columns = columns_of(content)
        by_names[tuple(columns)].append({"id": str(question.pk)} | columns)
    for rows in by_names.values():
        update_rows(Question, rows)
    write_choices({row.pk: content["choices"] for row, content in changes if "choices" in content})
    write_exams({row.pk: content["exams"] for row, content in changes if "exams" in content})
    write_categories(
        {row.pk: content["categories"] for row, content in changes if "categories" in content}
    )


def write_choices(wanted: dict[UUID, list[Content]]) -> None:
    """Choices keep their keys, and what the content does not name: first by text, then in order."""
    rows: dict[UUID, list[Choice]] = defaultdict(list)
    for choice in Choice.objects.filter(question_id__in=wanted).order_by("position"):
        rows[choice.question_id].append(choice)
    updated, created, gone = list[Content](), list[Choice](), list[int]()
    for question, choices in wanted.items():
        pairs, left = pair_choices(rows[question], choices)
        gone += [choice.pk for choice in left]
        for position, (row, content) in enumerate(pairs, start=1):
            if row is None:
                created.append(Choice(question_id=question, position=position, **content))
                continue
            now = {name: as_keys(getattr(row, name)) for name in OF_CHOICE_ROW}
            if now | content | {"position": position} != now:
                updated.append({"id": row.pk} | now | content | {"position": position})
    Choice.objects.filter(pk__in=gone).delete()
    update_rows(Choice, updated)
    Choice.objects.bulk_create(created)


def update_rows(model: type[Model], rows: list[Content]) -> None:
    """One statement; each row names its id and the same columns, as JSON has them."""
    if not rows or len(rows[0]) == 1:
        return
    table = sql.Identifier("public", model._meta.db_table)
    names = [sql.Identifier(name) for name in rows[0] if name != "id"]
    statement = sql.SQL(
        "UPDATE {table} AS t SET {pairs}"
        " FROM pg_catalog.jsonb_populate_recordset(NULL::{table}, %s::jsonb) AS d"
        " WHERE t.id = d.id"
    ).format(
        table=table,
        pairs=sql.SQL(", ").join(sql.SQL("{0} = d.{0}").format(name) for name in names),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(None), [json.dumps(rows)])


def pair_choices(
    rows: list[Choice], wanted: list[Content]
) -> tuple[list[tuple[Choice | None, Content]], list[Choice]]:
    """Each wanted choice with the row that becomes it, and the rows that are left over."""
    left = list(rows)
    found: list[Choice | None] = []
    for content in wanted:
        same = next((row for row in left if row.text == content["text"]), None)
        if same:
            left.remove(same)
        found.append(same)
    found = [row or (left.pop(0) if left else None) for row in found]
    return list(zip(found, wanted, strict=True)), left


def write_exams(wanted: dict[UUID, list[int]]) -> None:
    rows = QuestionExam.objects.filter(question_id__in=wanted)
    there = {(row.question_id, row.exam_id): row.pk for row in rows}
    needed = {(question, exam) for question, exams in wanted.items() for exam in exams}
    QuestionExam.objects.filter(
        pk__in=[pk for pair, pk in there.items() if pair not in needed]
    ).delete()
    QuestionExam.objects.bulk_create(
        QuestionExam(question_id=question, exam_id=exam)
        for question, exams in wanted.items()
        for exam in exams
        if (question, exam) not in there
    )


def write_categories(wanted: dict[UUID, list[int]]) -> None:
    """The first is the primary one. Rows are made anew: two primaries may not stand together."""
    there: dict[UUID, list[QuestionCategory]] = defaultdict(list)
    for row in QuestionCategory.objects.filter(question_id__in=wanted).order_by(
        "-is_primary", "pk"
    ):
        there[row.question_id].append(row)
    different = {
        question: categories
        for question, categories in wanted.items()
        if [row.category_id for row in there[question]] != categories
    }
    QuestionCategory.objects.filter(question_id__in=different).delete()
    QuestionCategory.objects.bulk_create(
        QuestionCategory(question_id=question, category_id=category, is_primary=not number)
        for question, categories in different.items()
        for number, category in enumerate(categories)
    )


def publish_questions(keys: list[UUID], user: User, reason: str) -> dict[UUID, str]:
    """Freeze and make live; returns what was not published, and why. Retired ones stay retired."""
    kept, ready = sort_by_readiness(keys)
    revisions = QuestionRevision.objects.bulk_create(
        QuestionRevision(question_id=pk, created_by_id=user.pk if user else None, reason=reason)
        for pk in ready
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.questions AS q SET published_revision_id = r.id, status = %s"
            " FROM public.question_revisions AS r"
            " WHERE r.id = ANY (%s) AND q.id = r.question_id",
            [Status.ACTIVE, [revision.pk for revision in revisions]],
        )
    return kept


def sort_by_readiness(keys: list[UUID]) -> tuple[dict[UUID, str], list[UUID]]:
    """Why some cannot be published, and those that can be and have something to publish."""
    kept, ready = dict[UUID, str](), list[UUID]()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT q.id, q.status = %s,"
            " public.question_problems(public.question_content(q)),"
            " q.status = %s AND q.published_hash = q.content_hash"
            " FROM public.questions AS q WHERE q.id = ANY (%s) ORDER BY q.id",
            [Status.RETIRED, Status.ACTIVE, keys],
        )
        for key, retired, problems, live in cursor.fetchall():
            if retired:
                kept[key] = "Not published: it is retired."
            elif problems:
                kept[key] = f"Not published: {' '.join(problems)}"
            elif not live:
                ready.append(key)
    return kept, ready


def versions_of(keys: list[UUID]) -> dict[UUID, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, version FROM public.questions WHERE id = ANY (%s)", [keys])
        return dict(cursor.fetchall())
