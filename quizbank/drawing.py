"""What the screens read of the pools: how they are, what is short, and draws on trial."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery, Sum

from quizbank.models import Category, Question, QuestionPool, WaitingPool
from quizbank.models.question import Difficulty

# The daily rebuild is late by then.
OLD_AFTER = timedelta(hours=26)


@dataclass(frozen=True)
class Stock:
    """Of the whole bank; `waiting` pools or places for one, since `since`."""

    pools: int
    questions: int
    oldest: datetime | None
    waiting: int
    since: datetime | None


def stock() -> Stock:
    pools = QuestionPool.objects.filter(exam=None).aggregate(
        pools=Count("pk"), questions=Sum("size", default=0), oldest=Min("refreshed_at")
    )
    waiting = WaitingPool.objects.aggregate(waiting=Count("key", distinct=True), since=Min("since"))
    return Stock(**pools, **waiting)


def pools_with_state(exam: int | None) -> QuerySet[QuestionPool, Any]:
    """The pools of an exam, or of the whole bank; `.waiting_since`. Without the keys in them."""
    waiting = WaitingPool.objects.filter(key=OuterRef("key")).order_by("id").values("since")[:1]
    return (
        QuestionPool.objects.filter(exam=exam)
        .defer("question_ids", "revision_ids")
        .select_related("exam", "system", "topic", "subject")
        .annotate(waiting_since=Subquery(waiting))
    )


# --- Shortages -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Shelf:
    """What there is for one topic, or for a system's questions without one."""

    system: Category | None
    topic: Category | None
    # By difficulty, and all of them.
    counts: tuple[int, ...]

    def is_short(self, asks: int) -> bool:
        return min(self.counts) < asks


def shelves(exam: int | None) -> list[Shelf]:
    """Every topic of the exam (of the whole bank), those without a question too; in two queries."""
    rows = (
        QuestionPool.objects.filter(exam=exam)
        .values_list("system", "topic", "difficulty")
        .annotate(total=Sum("size"))
        .order_by()
    )
    counts: dict[tuple[int | None, int | None], dict[str, int]] = {}
    for system, topic, difficulty, total in rows:
        counts.setdefault((system, topic), {})[difficulty] = total
    known = {each.pk: each for each in topics(exam)}
    for each in known.values():
        if each.parent_id:
            counts.setdefault((each.parent_id, each.pk), {})
    found = [
        Shelf(known.get(system or 0), known.get(topic or 0), totals(by_difficulty))
        for (system, topic), by_difficulty in counts.items()
    ]
    return sorted(found, key=lambda shelf: (place_of(shelf.system), place_of(shelf.topic)))


def topics(exam: int | None) -> QuerySet[Category, Any]:
    """Systems and topics: of an exam its own, and those in which questions of it stand."""
    upper = Category.objects.filter(Q(parent=None) | Q(parent__parent=None))
    if exam is None:
        return upper
    pools = QuestionPool.objects.filter(exam=exam)
    used = Exists(pools.filter(Q(system=OuterRef("pk")) | Q(topic=OuterRef("pk"))))
    return upper.filter(Q(exam=exam) | used)


def totals(by_difficulty: Mapping[str, int]) -> tuple[int, ...]:
    counts = [by_difficulty.get(each, 0) for each in Difficulty.values]
    return (*counts, sum(counts))


def place_of(category: Category | None) -> tuple[bool, int, str, int]:
    """Those without one come last."""
    if category is None:
        return (True, 0, "", 0)
    return (False, category.position, category.name, category.pk)


def use_words(level: int) -> str:
    """What a level of public.use_level stands for."""
    if level == 0:
        return "never answered"
    return f"answered {4 ** (level - 1):,} to {4**level - 1:,} times"


# --- A draw on trial -----------------------------------------------------------------------------
@dataclass(frozen=True)
class Drawn:
    question: Question
    # The level of its use: see public.use_level.
    level: int
    met_at: datetime | None

    @property
    def use(self) -> str:
        return use_words(self.level)


@dataclass(frozen=True)
class Scope:
    """What a pattern means for the member; None where it has no such thing."""

    answers: int | None
    accuracy: Decimal | None
    lowest: Decimal | None
    highest: Decimal | None
    areas: list[int] | None


@dataclass(frozen=True)
class Draw:
    drawn: list[Drawn]
    asked: int
    # Why they are fewer; empty if they are not.
    shortage: str
    scope: Scope
    areas: list[Category]


def try_draw(*, member: UUID | None, pattern: str, filters: Mapping[str, Any], count: int) -> Draw:
    """As a session of this member would draw now. Writes nothing."""
    order = (member, pattern, json.dumps(dict(filters)), count)
    with transaction.atomic():
        rows = list(fetched("SELECT * FROM public.explain_draw(%s, %s, %s, %s)", *order))
        ((reason,),) = fetched("SELECT public.draw_shortage(%s, %s, %s, %s, %s)", *order, len(rows))
        (scope,) = fetched("SELECT * FROM public.draw_scope(%s, %s)", member, pattern)
    questions = (
        Question.objects.select_related("system", "topic")
        .defer("search", "normalized_stem")
        .in_bulk([key for key, *_ in rows])
    )
    drawn = [
        Drawn(questions[key], level, met_at) for key, _, level, met_at in rows if key in questions
    ]
    resolved = Scope(*scope)
    return Draw(
        drawn=sorted(drawn, key=lambda each: (each.met_at is not None, each.level)),
        asked=count,
        shortage=reason or "",
        scope=resolved,
        areas=list(Category.objects.filter(pk__in=resolved.areas)) if resolved.areas else [],
    )


def fetched(query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        yield from cursor.fetchall()
