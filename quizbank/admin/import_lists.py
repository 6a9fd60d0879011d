"""What a batch's page lists: one tab at a time, a page at a time."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from ops.admin.imports import Tab
from ops.admin.imports import lists_of as paged
from quizbank.models import ImportBatch, ImportItem, Question
from quizbank.models.importing import BatchStatus, ItemAction


def lists_of(batch: ImportBatch, wanted: str, number: str) -> dict[str, Any]:
    """`tabs`, the open `tab` or None, and the `rows` of its page."""
    found = paged(tabs_of(batch), wanted, number)
    if found["tab"] and isinstance(found["tab"].rows, QuerySet):
        mark_what_is_there(list(found["rows"].object_list))
    return found


def tabs_of(batch: ImportBatch) -> list[Tab]:
    """The order is that in which a person should look."""
    counts, report = batch.counts, batch.report
    changed: Any = report.get("changed", [])
    new: Any = report.get("new", [])
    if batch.applied_at:
        items = batch.items.order_by("pk")
        if batch.status == BatchStatus.UNDONE:
            # What was kept is looked for: it comes first.
            items = items.alias(kept=Q(undo_result__startswith="Kept")).order_by("-kept", "pk")
        changed = items.filter(action=ItemAction.CHANGED)
        new = items.filter(action=ItemAction.CREATED)
    duplicates = report.get("duplicates", [])
    return [
        Tab("refused", "Refused", counts.get("refused", 0), batch.errors),
        Tab("notes", "Not kept", len(report.get("notes", [])), report.get("notes", [])),
        Tab("changed", "Changed", counts.get("changed", 0), changed),
        Tab("duplicates", "Possible duplicates", len(duplicates), duplicates),
        Tab("new", "New", counts.get("created", 0), new),
        Tab("missing", "Gone from the file", counts.get("missing", 0), report.get("missing", [])),
    ]


def mark_what_is_there(items: list[ImportItem]) -> None:
    """`item.there`: the question still exists, so that its label may be a link."""
    keys = [item.question_id for item in items if item.question_id]
    there = set(Question.objects.filter(pk__in=keys).values_list("pk", flat=True))
    for item in items:
        item.there = item.question_id in there  # type: ignore[attr-defined]
