"""Taking an import back.

Safety: only what nobody touched since goes or changes. A question that was edited, published or
answered after the import stays, and the batch says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from ops.audit import recorded
from quizbank.actions import Refused
from quizbank.importing.write import fresh_plans, update_rows, write_contents
from quizbank.models import (
    Category,
    Exam,
    ImportBatch,
    ImportItem,
    Question,
    QuestionCategory,
    QuestionExam,
    Subject,
)
from quizbank.models.importing import BatchStatus
from quizbank.models.question import Status

DELETED, RESTORED = "Deleted.", "Restored."
GONE, EDITED = "Deleted since.", "Kept: edited or published since."
RETIRED = "Kept: answered since, now retired."
PLACE_GONE = "Kept: its exam, subject or category is gone."


@recorded("batch")
@transaction.atomic
@fresh_plans()
def undo_import(*, batch: ImportBatch) -> dict[str, int]:
    """Take a batch back: `{"undone": n, "kept": n}`. Raises Refused when it was not applied."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    refuse_unless_applied(batch)
    items = list(batch.items.order_by("pk"))
    questions = Question.objects.select_for_update(no_key=True).in_bulk(keys_of(items))
    judge(items, questions)
    restore([item for item in items if item.undo_result == RESTORED], questions)
    retired = keys_of(item for item in items if item.undo_result == RETIRED)
    Question.objects.filter(pk__in=retired).update(status=Status.RETIRED)
    deleted = keys_of(item for item in items if item.undo_result == DELETED)
    Question.objects.filter(pk__in=deleted).delete()
    for result in {item.undo_result for item in items}:
        mine = [item.pk for item in items if item.undo_result == result]
        ImportItem.objects.filter(pk__in=mine).update(undo_result=result)
    remove_empty_places(batch.report.get("made", {}))
    batch.status, batch.undone_at = BatchStatus.UNDONE, timezone.now()
    batch.save(update_fields=["status", "undone_at"])
    undone = sum(item.undo_result in (DELETED, RESTORED) for item in items)
    return {"undone": undone, "kept": len(items) - undone}


def undo_forecast(batch: ImportBatch) -> Counter[str]:
    """How many questions undo would delete, restore and keep. Raises Refused."""
    refuse_unless_applied(batch)
    items = list(batch.items.defer("differences"))
    judge(items, Question.objects.only("version", "answered").in_bulk(keys_of(items)))
    return Counter(item.undo_result for item in items)


def refuse_unless_applied(batch: ImportBatch) -> None:
    if batch.status != BatchStatus.APPLIED:
        raise Refused(
            "This import was undone already."
            if batch.status == BatchStatus.UNDONE
            else "This import changed nothing, so there is nothing to undo."
        )


def judge(items: list[ImportItem], questions: dict[UUID, Question]) -> None:
    """Set what undo does with each item; nothing is written."""
    places = {
        "numbered_by": set(Exam.objects.values_list("pk", flat=True)),
        "subject": set(Subject.objects.values_list("pk", flat=True)),
        "categories": set(Category.objects.values_list("pk", flat=True)),
    }
    places["exams"] = places["numbered_by"]
    for item in items:
        item.undo_result = outcome(item, questions.get(item.question_id), places)  # type: ignore[arg-type]


def outcome(item: ImportItem, question: Question | None, places: dict[str, set[int]]) -> str:
    if question is None:
        return GONE
    if question.version != item.version_after:
        return EDITED
    if item.before is None:
        return RETIRED if question.answered else DELETED
    return RESTORED if stands_in(item.before, places) else PLACE_GONE


def stands_in(content: dict[str, Any], places: dict[str, set[int]]) -> bool:
    """Every exam, subject and category that the content names is there."""
    for name, known in places.items():
        value = content.get(name)
        wanted = value if isinstance(value, list) else [value]
        if not known.issuperset(key for key in wanted if key is not None):
            return False
    return True


def keys_of(items: Iterable[ImportItem]) -> list[UUID]:
    return [item.question_id for item in items if item.question_id]


def restore(items: list[ImportItem], questions: dict[Any, Question]) -> None:
    """The content as it was; an earlier import of the same question can then be undone in turn."""
    before = {item.question_id: item for item in items if item.question_id}
    write_contents([(questions[key], item.before or {}) for key, item in before.items()])
    versions = dict(Question.objects.filter(pk__in=before).values_list("pk", "version"))
    earlier = ImportItem.objects.filter(
        question_id__in=before, batch__status=BatchStatus.APPLIED
    ).values_list("pk", "question_id", "version_after")
    moved = [
        {"id": pk, "version_after": versions[question]}
        for pk, question, version in earlier
        if version == before[question].version_before
    ]
    update_rows(ImportItem, moved)


def remove_empty_places(made: dict[str, list[int]]) -> None:
    """Exams, subjects and categories that the import made, where nothing stands in them."""
    own = Category.objects.filter(pk__in=made.get("category", ()))
    empty = own.exclude(Exists(QuestionCategory.objects.filter(category=OuterRef("pk")))).exclude(
        Exists(Category.objects.filter(parent=OuterRef("pk")))
    )
    while empty.delete()[0]:
        pass
    Exam.objects.filter(pk__in=made.get("exam", ())).exclude(
        Exists(QuestionExam.objects.filter(exam=OuterRef("pk")))
    ).exclude(Exists(Category.objects.filter(exam=OuterRef("pk")))).exclude(
        Exists(Question.objects.filter(numbered_by=OuterRef("pk")))
    ).delete()
    Subject.objects.filter(pk__in=made.get("subject", ())).exclude(
        Exists(Question.objects.filter(subject=OuterRef("pk")))
    ).delete()
