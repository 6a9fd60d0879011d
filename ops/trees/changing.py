"""Writes on a tree: what an editor does to one category, and the way back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pghistory
from django.db import transaction
from django.db.models import Max, Model

from ops.audit import record, recorded
from ops.history.reverting import write
from ops.history.rows import RowChange, Subject, row_of
from ops.trees.reading import siblings_of
from ops.work import Refused


@recorded("category")
@transaction.atomic
def add_category(*, category: Any, note: str = "") -> str:
    """Save it as the last of its siblings."""
    pghistory.context(note=note)
    category.position = position_after(category, category.parent_id)
    category.save(force_insert=True)
    return f"{category} added."


@recorded("category")
@transaction.atomic
def edit_category(*, category: Any, values: dict[str, Any], note: str = "") -> str:
    """Its fields that stand in its row of the tree: the name, a colour."""
    pghistory.context(note=note)
    current = type(category)._default_manager.select_for_update(no_key=True).get(pk=category.pk)
    changed = {name: value for name, value in values.items() if getattr(current, name) != value}
    if not changed:
        raise Refused(f"{current} is like that already.")
    for name, value in changed.items():
        setattr(current, name, value)
    current.save(update_fields=list(changed))
    return " ".join(said(current, name, value) for name, value in changed.items())


def said(category: Any, name: str, value: Any) -> str:
    if name == "name":
        return f"Renamed to “{value}”."
    label = category._meta.get_field(name).verbose_name
    return f"{category} has {f'the {label} {value}' if value else f'no {label} of its own'} now."


@recorded("category")
@transaction.atomic
def move_category(*, category: Any, parent: Any, before: int | None = None, note: str = "") -> str:
    """Put it with its subtree below `parent` (None: at the top): before that sibling, or last."""
    pghistory.context(note=note)
    current = type(category)._default_manager.select_for_update(no_key=True).get(pk=category.pk)
    place = f"below {parent}" if parent else "at the top"
    parent_id = parent.pk if parent else None
    if current.parent_id == parent_id and before is None:
        raise Refused(f"{current} stands {place} already.")
    if current.parent_id != parent_id:
        current.position = position_after(current, parent_id)
        current.parent = parent
        current.save(update_fields=["parent", "position"])
    if before is None:
        return f"{current} stands {place} now."
    return f"{current} stands {place} now, before {stand_before(current, before)}."


@recorded("category")
@transaction.atomic
def reorder_category(*, category: Any, step: int, note: str = "") -> str:
    """Exchange places with the next sibling (`step` 1) or the one before (-1)."""
    pghistory.context(note=note)
    rows = locked_siblings(category)
    here = rows.index(category) if category in rows else -1
    there = here + step
    if here < 0 or not 0 <= there < len(rows):
        raise Refused(f"{category} stands at the end of its row already.")
    rows[here], rows[there] = rows[there], rows[here]
    number(rows)
    return f"{category} stands {'before' if step < 0 else 'after'} {rows[here]} now."


def stand_before(category: Any, before: int) -> Any:
    """The sibling that it stands before now."""
    rows = locked_siblings(category)
    next_one = next((row for row in rows if row.pk == before and before != category.pk), None)
    if next_one is None:
        raise Refused("What it should stand before is not there any more.")
    rows.remove(category)
    rows.insert(rows.index(next_one), category)
    number(rows)
    return next_one


def locked_siblings(category: Any) -> list[Any]:
    return list(siblings_of(category, category.parent_id).select_for_update(no_key=True))


def number(rows: list[Any]) -> None:
    """From 1 on, in this order."""
    changed = [(place, row) for place, row in enumerate(rows, 1) if row.position != place]
    for place, row in changed:
        row.position = place
    if changed:
        type(rows[0])._default_manager.bulk_update([row for _, row in changed], ["position"])


def position_after(category: Any, parent_id: int | None) -> int:
    last = siblings_of(category, parent_id).aggregate(last=Max("position"))["last"]
    return int(last or 0) + 1


# --- The way back --------------------------------------------------------------------------------
@transaction.atomic
def undo_change(*, model: type[Model], change: UUID, may_delete: bool) -> str:
    """What one request did to the tree, as it was before: all of it, or nothing.

    Refused where something of it was changed since; other fields of the rows stay as they are.
    """
    pghistory.context(note="Undone")
    changes = changes_of(model, change)
    if not changes:
        raise Refused("There is nothing to undo.")
    now = {
        row.pk: row
        for row in model._default_manager.select_for_update(no_key=True).filter(
            pk__in=[each.pk for each in changes]
        )
    }
    back = [backwards(each, now.get(each.pk)) for each in changes]
    if not may_delete and any(each.after is None for each in back):
        raise Refused("You may not delete what was added.")
    write(Subject(model), back)
    names = ", ".join(
        sorted(str((each.before or each.after or {})["name"]) for each in changes)[:3]
    )
    done = f"Undone: {names}{' …' if len(changes) > 3 else ''} as before."
    record(
        action="undo_category_change",
        entity_type=model._meta.model_name or "",
        entity_id=changes[0].pk,
        details={"label": names, "outcome": done, "rows": len(changes)},
    )
    return done


def backwards(change: RowChange, now: Any) -> RowChange:
    """From the row as it is now. Raises Refused where that is not what the change left."""
    current = row_of(change.model, now) if now else None
    name = (change.after or change.before or {})["name"]
    if not change.known:
        raise Refused(f"What {name} was before is not recorded.")
    if (current is None) != (change.after is None):
        raise Refused(f"{name} was {'added' if current else 'deleted'} since.")
    if current is None or change.after is None or change.before is None:
        if current != change.after:
            raise Refused(f"{name} was changed since.")
        return RowChange(change.model, change.pk, current, change.before)
    touched = [field.attname for field in change.fields]
    if any(current[column] != change.after[column] for column in touched):
        raise Refused(f"{name} was changed since: see its history.")
    before = current | {column: change.before[column] for column in touched}
    return RowChange(change.model, change.pk, current, before)


def changes_of(model: type[Model], change: UUID) -> list[RowChange]:
    """Each row before and after it; two queries."""
    events = model.pgh_event_model.objects  # type: ignore[attr-defined]  # set by pghistory
    touched = events.filter(pgh_context=change).values_list("pgh_obj_id", flat=True)
    found: dict[Any, list[Any]] = {}
    for event in events.filter(pgh_obj_id__in=set(touched)).order_by("pgh_id"):
        found.setdefault(event.pgh_obj_id, []).append(event)
    changes = [change_of(model, change, key, own) for key, own in found.items()]
    return [each for each in changes if each.before != each.after]


def change_of(model: type[Model], change: UUID, key: Any, events: list[Any]) -> RowChange:
    places = [n for n, event in enumerate(events) if event.pgh_context_id == change]
    first, last = events[places[0]], events[places[-1]]
    before = first if first.pgh_label == "delete" else None
    if first.pgh_label == "update" and places[0]:
        before = events[places[0] - 1]
    after = None if last.pgh_label == "delete" else last
    known = before is not None or first.pgh_label == "insert"
    earlier, later = (row_of(model, each) if each else None for each in (before, after))
    return RowChange(model, key, earlier, later, known)
