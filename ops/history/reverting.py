"""The way back: put an object and the rows that belong to it as they were.

All of it in one transaction, or nothing. Nothing is rewritten: going back is history too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pghistory
from django.db import DatabaseError, connection, transaction
from django.db.models import BooleanField, Model

from ops.audit import record
from ops.errors import reason_of
from ops.history.reading import Entry, Timeline
from ops.history.rows import (
    Row,
    RowChange,
    Subject,
    Track,
    column_of,
    foreign_keys,
    label_of,
    row_of,
    tracked_fields,
)
from ops.history.words import Names

UNDO, STATE = "undo", "state"

type Target = tuple[type[Model], Any]


class Refused(Exception):
    """Nothing was written; the text tells a person why."""


@dataclass
class Plan:
    """What would change, what stands in the way, and what will stay although it differs."""

    changes: list[RowChange]
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    names: Names = field(default_factory=Names)


def plan(timeline: Timeline, entry: Entry, how: str) -> Plan:
    """UNDO: the rows and fields of this entry as before it. STATE: everything as after it."""
    now = current_rows(timeline.subject, timeline.pk)
    problems: list[str] = []
    if how == UNDO:
        wanted = rows_before(timeline.subject, entry, now, problems)
    else:
        wanted = dict.fromkeys(now) | rows_after(timeline, entry)
    keep_own(timeline.subject, wanted, now)
    if wanted.get((timeline.subject.model, timeline.pk), {}) is None:
        problems.append("It did not exist then.")
    changes = [RowChange(*target, now.get(target), row) for target, row in wanted.items()]
    result = Plan([change for change in changes if change.before != change.after], problems)
    check_targets(timeline.subject, result)
    result.changes = [change for change in result.changes if change.before != change.after]
    return result


def current_rows(subject: Subject, pk: Any) -> dict[Target, Row]:
    rows: dict[Target, Row] = {}
    for track in subject.tracks:
        column = "pk" if track.model is subject.model else track.key
        for found in track.model._base_manager.filter(**{column: pk}):
            rows[track.model, found.pk] = row_of(track.model, found)
    return rows


def rows_before(
    subject: Subject, entry: Entry, now: Mapping[Target, Row], problems: list[str]
) -> dict[Target, Row | None]:
    wanted: dict[Target, Row | None] = {}
    for change in entry.changes:
        target = (change.model, change.pk)
        if change.before is None or change.after is None or not change.known:
            wanted[target] = change.before if change.known else now.get(target)
            continue
        if target not in now:
            kind = label_of(change.model)
            problems.append(f"{kind}: the row of this entry has been deleted since.")
            continue
        earlier = {f.attname: change.before[f.attname] for f in change.fields}
        wanted[target] = now[target] | earlier
    return wanted


def rows_after(timeline: Timeline, entry: Entry) -> dict[Target, Row | None]:
    events: dict[Track, list[int]] = {}
    for (track, _), event in timeline.state(entry.last).items():
        events.setdefault(track, []).append(event)
    return {
        (track.model, event.pgh_obj_id): row_of(track.model, event)
        for track, ids in events.items()
        for event in track.events.objects.filter(pgh_id__in=ids)
    }


def keep_own(subject: Subject, wanted: dict[Target, Row | None], now: Mapping[Target, Row]) -> None:
    """The fields that are never put back stay, or have their defaults in a row that comes back."""
    for (model, pk), row in wanted.items():
        if model is subject.model and row is not None:
            row = dict(row)
            fresh = row_of(model, model())
            for column in [column_of(model, name) for name in subject.kept]:
                row[column] = now.get((model, pk), fresh)[column]
            wanted[model, pk] = row


def check_targets(subject: Subject, result: Plan) -> None:
    """Keys to what is gone: what may be empty stays as it is, the rest stands in the way."""
    names = result.names
    names.want_of(result.changes)
    names.load()
    for change in result.changes:
        for key in foreign_keys(change.model):
            value = (change.after or {}).get(key.attname)
            target = (key.related_model, value)
            if target not in names.gone or subject.is_link(change.model, key):
                continue
            label, text = label_of(key), names.text(*target)  # type: ignore[arg-type]
            if key.null and change.after is not None:
                change.after[key.attname] = (change.before or {}).get(key.attname)
                result.remarks.append(f"{label} cannot be “{text}” again.")
            else:
                result.problems.append(f"{label}: “{text}”. Restore that first.")


def put_back(
    *, subject: Subject, pk: Any, first: int, how: str, seen: int, note: str
) -> list[RowChange]:
    """Do what `plan` says of the entry `first`; `seen` is the newest event that the person knows.

    Raises Refused.
    """
    try:
        with transaction.atomic(), pghistory.context(note=note):
            list(subject.model._base_manager.select_for_update(no_key=True).filter(pk=pk))
            timeline = Timeline(subject, pk)
            if timeline.newest != seen:
                raise Refused("It has changed meanwhile. Look at what would change now.")
            entry = timeline.entry(first)
            if entry is None:
                raise Refused("This entry does not exist.")
            todo = plan(timeline, entry, how)
            if todo.problems:
                raise Refused(" ".join(todo.problems))
            if not todo.changes:
                raise Refused("There is nothing to put back: it is like that now.")
            write(subject, todo.changes)
            record(
                action="revert",
                entity_type=subject.model._meta.model_name or "",
                entity_id=pk,
                details={"note": note, "rows": len(todo.changes)},
            )
            return todo.changes
    except DatabaseError as error:
        raise Refused(reason_of(error)) from error


def write(subject: Subject, changes: list[RowChange]) -> None:
    """The object first, then deletions, changes, and rows that come back."""
    for change in sorted(changes, key=lambda change: order_of(subject, change)):
        manager = change.model._base_manager
        if change.after is None:
            manager.filter(pk=change.pk).delete()
        elif change.before is None:
            change.model(pk=change.pk, **change.after).save(force_insert=True)
        else:
            values = {f.attname: change.after[f.attname] for f in change.fields}
            manager.filter(pk=change.pk).update(**values)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def order_of(subject: Subject, change: RowChange) -> tuple[int, ...]:
    """A flag that only one row may carry is taken off before another row gets it."""
    if change.model is subject.model:
        return 0, 0
    if change.after is None:
        return 1, 0
    if change.before is None:
        return 3, 0
    after = change.after
    flags = [f for f in tracked_fields(change.model) if isinstance(f, BooleanField)]
    return 2, sum(bool(after[f.attname]) for f in flags)
