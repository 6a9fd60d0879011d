"""Writes to the question bank: atomic, keyword-only. The database has the last word."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pghistory
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.models import User as Account
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from ops.audit import record, recorded
from ops.errors import reason_of
from quizbank.models import (
    Category,
    Choice,
    Exam,
    LightningQuestion,
    Question,
    QuestionCategory,
    QuestionExam,
    QuestionRevision,
)
from quizbank.models.question import Difficulty, Status
from quizbank.models.question_rules import STATUS_FLOW

type User = Account | AnonymousUser | None


# What leads to a status, in the action log; publishing has an action of its own.
STEPS = {
    Status.DRAFT: "back_to_draft",
    Status.IN_REVIEW: "send_to_review",
    Status.RETIRED: "retire",
}


class Refused(Exception):
    """The question stays as it is; the text tells a person why."""


class Unchanged(Refused):
    """It is live as it stands."""


@dataclass(frozen=True)
class Outcome:
    """What a bulk action did with one question."""

    question: Question
    done: bool
    message: str


@recorded("question", "publish")
@transaction.atomic
def publish_question(*, question: Question, user: User, reason: str = "") -> str:
    """Freeze the working copy as the next revision and make it the live one."""
    current = Question.objects.select_for_update(no_key=True).get(pk=question.pk)
    if current.status == Status.ACTIVE and not current.has_unpublished_changes:
        raise Unchanged("It is published as it stands.")
    if current.published_hash != current.content_hash:
        current.published_revision = QuestionRevision.objects.create(
            question=current,
            created_by=user if isinstance(user, Account) else None,
            reason=reason,
        )
    current.status = Status.ACTIVE
    current.save(update_fields=["status", "published_revision"])
    revision = QuestionRevision.objects.filter(question=current).latest("number")
    return f"Published as revision {revision.number}."


@transaction.atomic
def change_status(*, question: Question, status: str, user: User, reason: str = "") -> str:
    """Move along the status flow; publishing freezes a revision."""
    pghistory.context(note=reason)
    if status == Status.ACTIVE:
        return publish_question(question=question, user=user, reason=reason)
    current = Question.objects.select_for_update(no_key=True).get(pk=question.pk)
    if (current.status, status) not in STATUS_FLOW:
        raise Refused(f"From {current.get_status_display().lower()} that step is not possible.")
    current.status = status
    current.save(update_fields=["status"])
    record(
        action=STEPS[Status(status)],
        entity=current,
        details={"label": str(current), "reason": reason},
        actor=user,
    )
    return f"Now {Status(status).label.lower()}."


@recorded("question")
@transaction.atomic
def move_to_category(*, question: Question, category: Category, note: str = "") -> str:
    """Make `category` the primary one, in the place of the one that was."""
    pghistory.context(note=note)
    placements = {row.category_id: row for row in question.questioncategory_set.all()}
    here = placements.get(category.pk)
    if here and here.is_primary:
        raise Refused(f"It is in {category} already.")
    QuestionCategory.objects.filter(question=question, is_primary=True).delete()
    if here:
        QuestionCategory.objects.filter(pk=here.pk).update(is_primary=True)
    else:
        QuestionCategory.objects.create(question=question, category=category, is_primary=True)
    return f"Moved to {category}."


@recorded("question")
@transaction.atomic
def add_exam(*, question: Question, exam: Exam, note: str = "") -> str:
    pghistory.context(note=note)
    _, added = QuestionExam.objects.get_or_create(question=question, exam=exam)
    if not added:
        raise Refused(f"It is in {exam} already.")
    return f"Added to {exam}."


@recorded("question")
@transaction.atomic
def remove_exam(*, question: Question, exam: Exam, note: str = "") -> str:
    pghistory.context(note=note)
    if not QuestionExam.objects.filter(question=question, exam=exam).delete()[0]:
        raise Refused(f"It is not in {exam}.")
    return f"Removed from {exam}."


@recorded("question")
@transaction.atomic
def add_tag(*, question: Question, tag: str, note: str = "") -> str:
    pghistory.context(note=note)
    current = Question.objects.select_for_update(no_key=True).only("tags").get(pk=question.pk)
    if tag in current.tags:
        raise Refused("It has that tag already.")
    Question.objects.filter(pk=question.pk).update(tags=[*current.tags, tag])
    return f"Tagged “{tag}”."


@recorded("question")
@transaction.atomic
def remove_tag(*, question: Question, tag: str, note: str = "") -> str:
    pghistory.context(note=note)
    current = Question.objects.select_for_update(no_key=True).only("tags").get(pk=question.pk)
    if tag not in current.tags:
        raise Refused("It does not have that tag.")
    Question.objects.filter(pk=question.pk).update(tags=[t for t in current.tags if t != tag])
    return f"Tag “{tag}” removed."


@recorded("question")
@transaction.atomic
def set_difficulty(*, question: Question, difficulty: str, note: str = "") -> str:
    pghistory.context(note=note)
    label = Difficulty(difficulty).label.lower()
    changed = Question.objects.filter(pk=question.pk).exclude(difficulty=difficulty)
    if not changed.update(difficulty=difficulty):
        raise Refused(f"It is {label} already.")
    return f"Now {label}."


@transaction.atomic
def set_lightning_active(
    *, questions: QuerySet[LightningQuestion], is_active: bool, note: str = ""
) -> int:
    """Put them into the draw or take them out; returns how many changed."""
    pghistory.context(note=note)
    changed = questions.exclude(is_active=is_active).update(is_active=is_active)
    record(
        action="activate" if is_active else "deactivate",
        entity_type="lightningquestion",
        details={"count": changed, "note": note},
    )
    return changed


def change_each(
    *, questions: Iterable[Question], change: Callable[[Question], str]
) -> list[Outcome]:
    """Apply `change` to each question on its own: one that is refused keeps no other from going."""
    outcomes = []
    for question in questions:
        try:
            with transaction.atomic():
                outcomes.append(Outcome(question, True, change(question)))
        except (Refused, DatabaseError) as error:
            outcomes.append(Outcome(question, False, reason_of(error)))
    return outcomes


@transaction.atomic
def restore_revision(*, revision: QuestionRevision) -> None:
    """Put a revision's content back into the working copy; choices keep their keys."""
    content = revision.content
    Question.objects.select_for_update(no_key=True).get(pk=revision.question_id)
    Question.objects.filter(pk=revision.question_id).update(
        **{name: content[name] for name in ("kind", "stem", "explanation", "media")}
    )
    Choice.objects.filter(question_id=revision.question_id).delete()
    Choice.objects.bulk_create(
        Choice(question_id=revision.question_id, **choice) for choice in content["choices"]
    )
    record(
        action="restore_revision",
        entity=revision.question,
        details={"label": str(revision.question), "revision": revision.number},
    )


def refresh_category_statistics() -> None:
    """At once, in this transaction; ops refresh it by a run. Recorded in the run ledger too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.refresh_category_statistics()")
