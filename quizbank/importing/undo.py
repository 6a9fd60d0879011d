"""Taking an import back.

Safety: only what nobody touched since goes or changes. A question that was edited, published or
answered after the import stays, and the batch says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef
from django.db.models.fields.reverse_related import ManyToOneRel

from ops.audit import recorded
from ops.batches import mark_as_undone, refuse_unless_applied
from quizbank.importing.copying import delete_rows, update_rows
from quizbank.importing.plan import Tell, silent
from quizbank.importing.write import fresh_plans, write_contents
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
from quizbank.models.question import Status

DELETED, RESTORED = "Deleted.", "Restored."
GONE, EDITED = "Deleted since.", "Kept: edited or published since."
MERGED = "Kept: another question is its duplicate."
RETIRED = "Kept: answered since, now retired."
PLACE_GONE = "Kept: its exam, subject or category is gone."


# The version to which the question came back, for the import that had made that one.
EARLIER = """
    UPDATE public.import_items AS e SET version_after = q.version
    FROM public.import_items AS i
    JOIN public.questions AS q ON q.id = i.question_id,
    public.import_batches AS b
    WHERE i.id = ANY (%s) AND e.question_id = i.question_id AND e.version_after = i.version_before
    AND b.id = e.batch_id AND b.status = 'applied'
"""
HELD = """
    SELECT q.id, q.version, q.answered,
        EXISTS (SELECT FROM public.questions AS d WHERE d.duplicate_of_id = q.id)
    FROM public.questions AS q WHERE q.id = ANY (%s) ORDER BY q.id
"""
STEPS = 3


class Held(NamedTuple):
    version: int
    answered: bool
    has_duplicates: bool


@recorded("batch")
@transaction.atomic
@fresh_plans()
def undo_import(*, batch: ImportBatch, tell: Tell = silent) -> dict[str, int]:
    """Take a batch back: `{"undone": n, "kept": n}`. Raises Refused when it was not applied."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    refuse_unless_applied(batch)
    tell(0, STEPS, "looking which questions were touched since")
    items = list(batch.items.defer("differences").order_by("pk"))
    judge(items, held(keys_of(items), lock=True))
    tell(1, STEPS, "restoring what it changed")
    restore([item for item in items if item.undo_result == RESTORED])
    retired = keys_of(item for item in items if item.undo_result == RETIRED)
    Question.objects.filter(pk__in=retired).update(status=Status.RETIRED)
    tell(2, STEPS, "deleting what it made")
    delete_questions(keys_of(item for item in items if item.undo_result == DELETED))
    update_rows(ImportItem, ("id", "undo_result"), ((item.pk, item.undo_result) for item in items))
    remove_empty_places(batch.report.get("made", {}))
    mark_as_undone(batch)
    undone = sum(item.undo_result in (DELETED, RESTORED) for item in items)
    return {"undone": undone, "kept": len(items) - undone}


def undo_forecast(batch: ImportBatch) -> Counter[str]:
    """How many questions undo would delete, restore and keep. Raises Refused."""
    refuse_unless_applied(batch)
    items = list(batch.items.defer("differences"))
    judge(items, held(keys_of(items), lock=False))
    return Counter(item.undo_result for item in items)


def held(keys: list[UUID], *, lock: bool) -> dict[UUID, Held]:
    with connection.cursor() as cursor:
        cursor.execute(f"{HELD} FOR NO KEY UPDATE" if lock else HELD, [keys])
        return {key: Held(*values) for key, *values in cursor.fetchall()}


def judge(items: list[ImportItem], questions: dict[UUID, Held]) -> None:
    """Set what undo does with each item; nothing is written."""
    places = {
        "numbered_by": set(Exam.objects.values_list("pk", flat=True)),
        "subject": set(Subject.objects.values_list("pk", flat=True)),
        "categories": set(Category.objects.values_list("pk", flat=True)),
    }
    places["exams"] = places["numbered_by"]
    for item in items:
        item.undo_result = outcome(item, questions.get(item.question_id), places)  # type: ignore[arg-type]


def outcome(item: ImportItem, question: Held | None, places: dict[str, set[int]]) -> str:
    if question is None:
        return GONE
    if question.version != item.version_after:
        return EDITED
    if item.before is None and question.has_duplicates:
        return MERGED
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


def restore(items: list[ImportItem]) -> None:
    """The content as it was; an earlier import of the same question can then be undone in turn."""
    before = {item.question_id: item for item in items if item.question_id}
    write_contents({key: item.before or {} for key, item in before.items()})
    with connection.cursor() as cursor:
        cursor.execute(EARLIER, [[item.pk for item in items]])


def delete_questions(keys: list[UUID]) -> None:
    """With what belongs to them. First they, so that nothing follows the changes of its parts;
    the foreign keys wait for the commit."""
    delete_rows(Question, keys)
    for relation in Question._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and relation.on_delete is models.CASCADE:
            delete_rows(relation.related_model, keys, relation.field.attname)


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
