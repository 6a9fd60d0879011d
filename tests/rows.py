"""Rows of any model by introspection, for tests that look at every screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pghistory
from axes.models import AccessAttempt
from django.db import models
from django.db.models.fields import NOT_PROVIDED
from django.utils import timezone
from uuid_utils.compat import uuid7

from assessments.models import Badge, ModerationReason, ProfileEvent, PublicProfile
from assessments.models.choices import Action, State
from flavors.models import Descriptor, FlavorCategory, FlavorWheel, Term, TermSimilarity
from ops.models import ExportFile, HistoryEntry
from quizbank.models import (
    Answer,
    Category,
    Exam,
    ProblemReport,
    Question,
    QuestionPool,
    QuestionRevision,
    QuestionSimilarity,
    QuizSession,
    UserInteraction,
)
from tests.assessments.people import step
from tests.quizbank.learning import published

numbers = count(1)


def report() -> dict[str, Any]:
    """An open one of a question of its own, as it was published."""
    question, revision = published(stem=f"Question {next(numbers)}?")
    return {
        "question": Question.objects.get(pk=question),
        "revision": QuestionRevision.objects.get(pk=revision),
        "description": "There is something wrong with it.",
        "state": "open",
        **dict.fromkeys(("reviewer", "resolved_at", "fixed_by")),
    }


def judged() -> dict[str, Any]:
    """Of a question of its own, as it was published."""
    question, revision = published()
    return {
        "question": Question.objects.defer("search").get(pk=question),
        "revision": QuestionRevision.objects.get(pk=revision),
        "is_correct": True,
    }


def pair_of_terms() -> dict[str, Any]:
    """Of terms of their own."""
    first, second = (Term.objects.create(display_text=f"Term {next(numbers)}") for _ in range(2))
    return {"first": first, "second": second, "similarity": 0.75}


def pair() -> dict[str, Any]:
    """Of questions of their own."""
    rows = Question.objects.defer("search").in_bulk([published()[0] for _ in range(2)])
    first, second = sorted(rows)
    return {"first": rows[first], "second": rows[second], "likeness": 0.75}


# What introspection would get wrong: a category and its parent are of one exam, a revision needs a
# question that can be published, a numbering exam needs a number; an attempt has a name; a slug and
# a code are plain, and nobody has claimed a profile, which shows no session.
GIVEN: dict[type[models.Model], Callable[[], dict[str, Any]]] = {
    Category: lambda: {"parent": None},
    Question: lambda: {
        "published_revision": None,
        "duplicate_of": None,
        "external_id": f"Q-{next(numbers)}",
    },
    AccessAttempt: lambda: {"username": f"mallory-{next(numbers)}"},
    PublicProfile: lambda: {
        "profile_slug": f"somebody-{next(numbers)}",
        "claimed_by": None,
        "session": None,
        "years_experience": 7,
    },
    ProblemReport: report,
    # Of the whole bank.
    QuestionPool: lambda: {
        "exam": None,
        "question_ids": [uuid7()],
        "revision_ids": [uuid7()],
        **{name: [0] for name in ("level_uses", "tier_uses", "tier_success")},
        **{name: [1] for name in ("level_starts", "tier_starts", "level_sizes", "tier_sizes")},
    },
    QuestionSimilarity: pair,
    Term: lambda: {"canonical": None},
    # The database finds it.
    Descriptor: lambda: {"term": None},
    FlavorCategory: lambda: {"parent": None, "color": "#aa3311"},
    TermSimilarity: pair_of_terms,
    Answer: judged,
    QuizSession: lambda: {
        "question_ids": [uuid7()],
        "revision_ids": [uuid7()],
        "expires_at": timezone.now() + timedelta(hours=4),
        "answered_count": 0,
        **dict.fromkeys(("paused_at", "completed_at", "abandon_reason", "score")),
    },
    ExportFile: lambda: {
        "export": "questions",
        "parameters": {"export": "questions", "format": "csv"},
        "path": f"{uuid7()}/questions.csv",
        "snapshot": "1:1:",
        "expires_at": timezone.now() + timedelta(days=1),
    },
    UserInteraction: lambda: {"action_type": f"action_{next(numbers)}"},
    FlavorWheel: lambda: {
        "user": None,
        "scope": "item",
        "scope_value": f"Item {next(numbers)}",
        "data": {"categories": [{"name": "Red fruit", "count": 3, "subcategories": []}]},
    },
    ModerationReason: lambda: {"code": f"reason_{next(numbers)}"},
    Badge: lambda: {"code": f"badge_{next(numbers)}"},
}


def make_rows(model: type[models.Model], quantity: int) -> list[models.Model]:
    """Rows with related rows of their own wherever they can have them."""
    return [make_row(model) for _ in range(quantity)]


def make_row(model: type[models.Model], depth: int = 3) -> models.Model:
    """Optional texts stay empty; below `depth`, optional relations too."""
    if model is HistoryEntry:
        # One happening: whatever was done in one request.
        with pghistory.context(number=next(numbers)):
            return make_row(Exam)
    if model is ProfileEvent:
        return step(make_row(PublicProfile), Action.SUBMIT, State.PENDING)
    given = GIVEN[model]() if model in GIVEN else {}
    wanted = {
        field.name: value_of(field, next(numbers), depth)
        for field in model._meta.concrete_fields
        if field.name not in given and is_wanted(field, depth)
    }
    return model._default_manager.create(**given, **wanted)


def is_wanted(field: Any, depth: int) -> bool:
    if field.generated or isinstance(field, models.AutoField):
        return False
    if field.is_relation:
        return not field.null or depth > 0
    return not (field.null or field.has_default() or field.db_default is not NOT_PROVIDED)


def value_of(field: Any, number: int, depth: int) -> Any:
    if field.is_relation:
        return make_row(field.related_model, depth - 1)
    if field.choices:
        return field.choices[0][0]
    makers: dict[type[models.Field[Any, Any]], Any] = {
        models.UUIDField: uuid7,
        models.JSONField: dict,
        models.BooleanField: bool,
        models.DateTimeField: timezone.now,
        models.DateField: timezone.localdate,
        models.GenericIPAddressField: lambda: f"192.0.2.{number % 256}",
        models.IntegerField: lambda: number,
        models.DecimalField: lambda: number % 100,
        models.FloatField: lambda: number % 100,
    }
    for kind, make in makers.items():
        if isinstance(field, kind):
            return make()
    return f"{field.name}-{number}"[: field.max_length]
