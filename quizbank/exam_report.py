"""How an exam does as a test: its figures, and its questions, the worst first."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, F, IntegerField, QuerySet, Value, When
from django.db.models.functions import Floor, Least

from ops.audit import record
from ops.spreadsheets import neutralise
from quizbank.item_figures import Advice, advice_on
from quizbank.models import Exam, Question
from quizbank.models.item_statistics import Flag

# So many stand on the page; the file has all.
SHOWN = 100
# The chart: ten bars of ten percent each.
BAR, STEP, HEIGHT, WORDS = 44, 52, 90, 18
COLUMNS = (
    "external_id",
    "stem",
    "item_learners",
    "item_facility",
    "item_discrimination",
    "item_flags",
)


@dataclass(frozen=True)
class Item:
    question: Question
    advice: list[Advice]


@dataclass(frozen=True)
class Tenth:
    """Questions with a facility from `low` to `high` percent, and their bar."""

    low: int
    high: int
    questions: int
    x: int
    middle: int
    y: int
    height: int


@dataclass(frozen=True)
class Spread:
    tenths: list[Tenth]
    width: int = 10 * STEP
    height: int = HEIGHT + WORDS
    bar: int = BAR
    words_y: int = HEIGHT + WORDS - 3


def questions_of(exam: Exam) -> QuerySet[Question]:
    """Those whose published revision anybody met; the worst flag first, then discrimination."""
    worst = Case(
        *(When(item_flags__contains=[flag], then=Value(place)) for place, flag in enumerate(Flag)),
        default=Value(len(Flag)),
        output_field=IntegerField(),
    )
    return (
        Question.objects.live()
        .filter(questionexam__exam=exam, item_learners__gt=0)
        .order_by(worst, F("item_discrimination").asc(nulls_last=True), "pk")
        .only(*COLUMNS)
    )


def published_anew(exam: Exam) -> QuerySet[Question]:
    """Those that were answered, and whose published revision nobody met yet."""
    return (
        Question.objects.live()
        .filter(questionexam__exam=exam, answered=True, item_learners=0)
        .order_by("-updated_at", "pk")
        .only("external_id", "stem")
    )


def worst_items(exam: Exam) -> list[Item]:
    return [Item(each, advice_on(each.item_flags)) for each in questions_of(exam)[:SHOWN]]


def spread_of(exam: Exam) -> Spread:
    tenth = Least(Floor(F("item_facility") / 10), Value(9), output_field=IntegerField())
    rows = questions_of(exam).order_by().annotate(tenth=tenth).values_list("tenth")
    found = dict(rows.annotate(count=Count("pk")))
    tallest = max(found.values(), default=0)
    return Spread([drawn(place, found.get(place, 0), tallest) for place in range(10)])


def drawn(place: int, questions: int, tallest: int) -> Tenth:
    height = max(2, round(questions / tallest * (HEIGHT - WORDS))) if questions else 0
    return Tenth(
        low=place * 10,
        high=place * 10 + 10,
        questions=questions,
        x=place * STEP,
        middle=place * STEP + BAR // 2,
        y=HEIGHT - height,
        height=height,
    )


@transaction.atomic
def report_as_csv(*, exam: Exam, user: Any) -> str:
    """All questions with figures, with the mark by which spreadsheets know UTF-8."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["id", *(name.removeprefix("item_") for name in COLUMNS)])
    count = 0
    for question in questions_of(exam).iterator(1_000):
        values = [question.pk, *(getattr(question, name) for name in COLUMNS)]
        writer.writerow(map(cell_of, values))
        count += 1
    details = {"label": f"{exam.code} statistics", "count": count}
    record(action="export", entity_type="exam", entity_id=exam.pk, details=details, actor=user)
    return "\ufeff" + file.getvalue()


def cell_of(value: Any) -> Any:
    """A figure below zero is a number, and no formula."""
    text = "; ".join(value) if isinstance(value, list) else value
    return neutralise(text) if isinstance(text, str) else text
