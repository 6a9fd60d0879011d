"""What a batch's page lists: one tab at a time, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet

from quizbank.models import ImportBatch, ImportItem, Question
from quizbank.models.importing import ItemAction

PER_PAGE = 50


@dataclass(frozen=True)
class Tab:
    key: str
    label: str
    count: int
    rows: Sequence[Any] | QuerySet[ImportItem]


def lists_of(batch: ImportBatch, wanted: str, number: str) -> dict[str, Any]:
    """`tabs`, the open `tab` or None, and the `rows` of its page."""
    tabs = [tab for tab in tabs_of(batch) if tab.count]
    tab = next((tab for tab in tabs if tab.key == wanted), tabs[0] if tabs else None)
    if tab is None:
        return {"tabs": [], "tab": None, "rows": None}
    rows = Paginator(tab.rows, PER_PAGE).get_page(number)
    if isinstance(tab.rows, QuerySet):
        mark_what_is_there(list(rows.object_list))
    return {"tabs": tabs, "tab": tab, "rows": rows}


def tabs_of(batch: ImportBatch) -> list[Tab]:
    """The order is that in which a person should look."""
    counts, report = batch.counts, batch.report
    changed: Any = report.get("changed", [])
    new: Any = report.get("new", [])
    if batch.applied_at:
        items = batch.items.order_by("pk")
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
