"""Writes: one question survives, the others are retired and point to it; and the way back."""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations
from typing import Any
from uuid import UUID

import pghistory
from django.apps import apps
from django.contrib.auth.models import User
from django.db import transaction

from ops.audit import record
from quizbank.actions import Refused
from quizbank.models import Question, QuestionDismissal
from quizbank.models.question import Status


@transaction.atomic
def merge_questions(*, survivor: UUID, duplicates: Collection[UUID], user: User) -> str:
    """Answers stay with the question that was answered."""
    keys = [key for key in duplicates if key != survivor]
    if not keys:
        raise Refused("Choose the question to keep, and at least one other.")
    rows = locked([survivor, *keys])
    kept = rows.get(survivor)
    if kept is None or len(rows) < len(keys) + 1:
        raise Refused("One of these questions is gone. Look at them again.")
    retired = [row for row in rows.values() if row.status == Status.RETIRED]
    if retired:
        raise Refused(f"{retired[0]} is retired already. Look at them again.")
    pghistory.context(note=f"Duplicate of {kept}")
    for key in keys:
        rows[key].status = Status.RETIRED
        rows[key].duplicate_of = kept
        rows[key].save(update_fields=["status", "duplicate_of"])
    done = f"Kept {kept}; retired {counted(len(keys))}."
    log("merge_questions", kept, user, done, [str(key) for key in keys])
    return done


@transaction.atomic
def unmerge_question(*, question: UUID, user: User) -> str:
    """Back to the status that it had before; out of review, to draft."""
    row = locked([question]).get(question)
    if row is None or row.duplicate_of_id is None:
        raise Refused("It is no duplicate any more.")
    before = (
        apps.get_model("quizbank", "QuestionEvent")
        .objects.filter(pgh_obj=row.pk)
        .exclude(status=Status.RETIRED)
        .order_by("-pgh_id")
        .values_list("status", flat=True)
        .first()
    )
    pghistory.context(note="No duplicate after all")
    row.duplicate_of = None
    row.status = Status.ACTIVE if before == Status.ACTIVE else Status.DRAFT
    row.save(update_fields=["status", "duplicate_of"])
    done = f"{row} is {row.get_status_display().lower()} again."
    log("unmerge_question", row, user, done)
    return done


@transaction.atomic
def dismiss_pairs(*, questions: Collection[UUID], user: User) -> str:
    """Each of them is another question than each other one."""
    rows = locked(questions)
    if len(rows) < 2:
        raise Refused("Choose at least two questions.")
    pairs = [
        QuestionDismissal(first_id=first, second_id=second, dismissed_by=user)
        for first, second in combinations(sorted(rows), 2)
    ]
    QuestionDismissal.objects.bulk_create(pairs, ignore_conflicts=True)
    done = f"{counted(len(rows))}: not the same."
    for row in rows.values():
        log("dismiss_duplicates", row, user, done, [str(key) for key in rows if key != row.pk])
    return done


@transaction.atomic
def take_back_dismissal(*, dismissal: int, user: User) -> str:
    found = (
        QuestionDismissal.objects.select_for_update(of=("self",))
        .select_related("first")
        .filter(pk=dismissal)
        .first()
    )
    if found is None:
        raise Refused("Somebody took that back already.")
    first = found.first
    others = [str(found.second_id)]
    found.delete()
    done = "These two may be the same again."
    log("take_back_dismissal", first, user, done, others)
    return done


def locked(keys: Collection[UUID]) -> dict[UUID, Question]:
    chosen = Question.objects.filter(pk__in=keys).defer("search", "normalized_stem")
    return {row.pk: row for row in chosen.select_for_update(no_key=True).order_by("pk")}


def log(action: str, entity: Question, user: User, outcome: str, others: Any = ()) -> None:
    details = {"label": str(entity), "others": list(others), "outcome": outcome}
    record(action=action, entity=entity, details=details, actor=user)


def counted(number: int) -> str:
    return f"{number:,} question{'' if number == 1 else 's'}"
