"""The history of one object, entry by entry: an entry is what one request or command did to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast
from pghistory.models import Context

from ops.history.rows import RowChange, Subject, Track, row_of


class Mark(NamedTuple):
    """An event without its data."""

    track: Track
    id: int
    obj: Any
    context: Any
    at: datetime
    label: str


@dataclass
class Entry:
    """`changes` is filled by `load`; `metadata` says who, where and why."""

    marks: list[Mark]
    metadata: dict[str, Any] | None
    changes: list[RowChange] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        return max(mark.at for mark in self.marks)

    @property
    def first(self) -> int:
        """The earliest event's key; it names the entry."""
        return min(mark.id for mark in self.marks)

    @property
    def last(self) -> int:
        return max(mark.id for mark in self.marks)


class Timeline:
    """All that is recorded of one object: a query for all marks, and one a table for a page."""

    def __init__(self, subject: Subject, pk: Any) -> None:
        self.subject, self.pk = subject, pk
        self.marks = marks_of(subject.tracks, pk)
        self.previous = predecessors(self.marks)
        self.entries = self._entries()

    def _entries(self) -> list[Entry]:
        """Newest first."""
        groups: dict[Any, list[Mark]] = {}
        for mark in self.marks:
            groups.setdefault(mark.context or mark.at, []).append(mark)
        contexts = Context.objects.in_bulk([key for key in groups if not isinstance(key, datetime)])
        entries = [
            Entry(marks, contexts[key].metadata if key in contexts else None)
            for key, marks in groups.items()
        ]
        return sorted(entries, key=lambda entry: entry.last, reverse=True)

    @property
    def newest(self) -> int:
        """The key of the last event: what a person has seen."""
        return max((mark.id for mark in self.marks), default=0)

    def entry(self, first: int) -> Entry | None:
        """With its changes."""
        found = [entry for entry in self.entries if entry.first == first]
        self.load(found)
        return found[0] if found else None

    def load(self, entries: Iterable[Entry]) -> None:
        """Fill in the changes, net of what an entry made and took back itself."""
        plans = {id(entry): self._ends(entry) for entry in entries}
        wanted: dict[Track, set[int]] = {}
        for ends in plans.values():
            for track, _, before, after, _ in ends:
                wanted.setdefault(track, set()).update({before, after} - {None})  # type: ignore[arg-type]
        rows = {
            (track, event.pgh_id): row_of(track.model, event)
            for track, ids in wanted.items()
            for event in track.events.objects.filter(pgh_id__in=ids)
        }
        for entry in entries:
            changes = [
                RowChange(
                    track.model, obj, rows.get((track, before)), rows.get((track, after)), known
                )
                for track, obj, before, after, known in plans[id(entry)]
            ]
            entry.changes = [change for change in changes if change.fields]

    def _ends(self, entry: Entry) -> list[tuple[Track, Any, int | None, int | None, bool]]:
        """(track, object, event before, event after, whether before is known) of each row."""
        ends = []
        for (track, obj), marks in by_row(entry.marks).items():
            first, last = marks[0], marks[-1]
            before = self.previous.get((track, first.id))
            if before and before.label == "delete":
                before = None
            if before is None and first.label == "delete":
                before = first
            ends.append(
                (
                    track,
                    obj,
                    before.id if before else None,
                    None if last.label == "delete" else last.id,
                    before is not None or first.label == "insert",
                )
            )
        return ends

    def state(self, upto: int) -> dict[tuple[Track, Any], int]:
        """The event that describes each row that existed after the event `upto`."""
        state = {}
        for row, marks in by_row(self.marks).items():
            earlier = [mark for mark in marks if mark.id <= upto]
            if earlier and earlier[-1].label != "delete":
                state[row] = earlier[-1].id
        return state


def marks_of(tracks: Sequence[Track], pk: Any) -> list[Mark]:
    """Of each track the oldest first; one query."""
    first, *others = (marks_in(track, place, pk) for place, track in enumerate(tracks))
    rows = first.union(*others, all=True) if others else first
    return [
        Mark(track := tracks[place], key, track.model._meta.pk.to_python(obj), *others)
        for place, key, obj, *others in rows.order_by("place", "pgh_id")
    ]


def marks_in(track: Track, place: int, pk: Any) -> QuerySet[Any]:
    return (
        track.events.objects.filter(**{track.key: pk})
        .order_by()
        .annotate(place=Value(place), obj=Cast("pgh_obj_id", TextField()))
        .values_list("place", "pgh_id", "obj", "pgh_context_id", "pgh_created_at", "pgh_label")
    )


def by_row(marks: Iterable[Mark]) -> dict[tuple[Track, Any], list[Mark]]:
    rows: dict[tuple[Track, Any], list[Mark]] = {}
    for mark in marks:
        rows.setdefault((mark.track, mark.obj), []).append(mark)
    return rows


def predecessors(marks: Iterable[Mark]) -> dict[tuple[Track, int], Mark]:
    """The event before each event of the same row."""
    return {
        (track, later.id): earlier
        for (track, _), row in by_row(marks).items()
        for earlier, later in pairwise(row)
    }
