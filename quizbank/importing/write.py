"""Writes of an import: a handful of statements, whatever the number of questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection

from quizbank.actions import User
from quizbank.importing.content import COLUMNS, OF_CHOICE, Content
from quizbank.importing.copying import copy_rows, delete_rows, table_of, update_rows
from quizbank.importing.create import CHOICE_DEFAULTS, FOREIGN, column
from quizbank.models import (
    Choice,
    Question,
    QuestionCategory,
    QuestionExam,
    QuestionRevision,
)
from quizbank.models.question import Status

OF_CHOICE_ROW = ("position", *OF_CHOICE)

type Row = tuple[Any, ...]


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
    return {FOREIGN.get(name, name): column(name, content) for name in COLUMNS if name in content}


def write_contents(changes: dict[UUID, Content]) -> None:
    """Replace what each content names, by question; contents with keys instead of rows."""
    by_names: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for question, content in changes.items():
        columns = columns_of(content)
        by_names[tuple(columns)].append((question, *columns.values()))
    for names, rows in by_names.items():
        if names:
            update_rows(Question, ("id", *names), rows)
    for name, write in (
        ("choices", write_choices),
        ("exams", write_exams),
        ("categories", write_categories),
    ):
        wanted = {key: content[name] for key, content in changes.items() if name in content}
        if wanted:
            write(wanted)


def write_choices(wanted: dict[UUID, list[Content]]) -> None:
    """Choices keep their keys, and what the content does not name: first by text, then in order."""
    rows = choices_of(wanted)
    updated, created, gone = list[Row](), list[Row](), list[int]()
    for question, choices in wanted.items():
        pairs, left = pair_choices(rows[question], choices)
        gone += [row["id"] for row in left]
        for position, (row, content) in enumerate(pairs, start=1):
            now = row or CHOICE_DEFAULTS
            then = now | content | {"position": position}
            values = tuple(then.get(name) for name in OF_CHOICE_ROW)
            if row is None:
                created.append((question, *values))
            elif then != now:
                updated.append((row["id"], *values))
    delete_rows(Choice, gone)
    update_rows(Choice, ("id", *OF_CHOICE_ROW), updated)
    copy_rows(table_of(Choice), ("question_id", *OF_CHOICE_ROW), created)


def choices_of(questions: Iterable[UUID]) -> dict[UUID, list[Content]]:
    """As as_keys has them, with `id` and `position`, in their order."""
    names = ("id", *OF_CHOICE_ROW)
    found: dict[UUID, list[Content]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT question_id, id, position, text, is_correct,"
            " pg_catalog.trim_scale(fraction)::text, pg_catalog.trim_scale(tolerance)::text,"
            " feedback FROM public.choices WHERE question_id = ANY (%s) ORDER BY position",
            [list(questions)],
        )
        for question, *values in cursor.fetchall():
            found[question].append(dict(zip(names, values, strict=True)))
    return found


def pair_choices(
    rows: list[Content], wanted: list[Content]
) -> tuple[list[tuple[Content | None, Content]], list[Content]]:
    """Each wanted choice with the row that becomes it, and the rows that are left over."""
    left = list(rows)
    found: list[Content | None] = []
    for content in wanted:
        same = next((row for row in left if row["text"] == content["text"]), None)
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
