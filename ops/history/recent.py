"""Recent changes over all tracked tables, and what was deleted.

A request or command is one entry, whatever it touched: the page is read from the contexts, then
each history table is asked once, for no more than `MANY` events of an entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone
from pghistory.models import Context
from psycopg import sql

from ops.history.rows import Subject
from ops.history.words import Names

MANY = 1_000
EVER, END = datetime(1900, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)
PAGE = 25

# When, and the context's key ("" for what nobody signed): newest first, a total order.
type Cursor = tuple[datetime, str]


@dataclass(frozen=True)
class Touched:
    """Objects of one kind that an entry added, changed or deleted: their keys as text.

    `more` is True when there are more than MANY.
    """

    subject: Subject
    operation: str
    keys: list[str]
    more: bool


@dataclass
class Happening:
    """An entry of the page; `key` is the context's, empty for what nobody signed."""

    at: datetime
    key: str
    metadata: dict[str, Any] | None
    touched: list[Touched] = field(default_factory=list)

    @property
    def cursor(self) -> Cursor:
        return self.at, self.key


@dataclass(frozen=True)
class Filter:
    person: str = ""
    day: date | None = None

    @property
    def period(self) -> tuple[datetime, datetime] | None:
        """The day in the current time zone."""
        if self.day is None:
            return None
        zone = timezone.get_current_timezone()
        start = datetime.combine(self.day, time.min, zone)
        return start, datetime.combine(self.day + timedelta(days=1), time.min, zone)


def recent(
    subjects: Sequence[Subject], *, chosen: Filter, before: Cursor | None, limit: int = PAGE
) -> list[Happening]:
    """Up to `limit` entries older than `before`, newest first, that touched these subjects."""
    found = [*signed(subjects, chosen, before, limit)]
    if not chosen.person:
        found += unsigned(subjects, chosen, before, limit)
    page = sorted(found, key=lambda entry: entry.cursor, reverse=True)[:limit]
    fill(page, subjects)
    return page


def happening(subjects: Sequence[Subject], key: str) -> Happening | None:
    """One signed entry; None for nonsense, and when it touched none of these subjects."""
    try:
        UUID(key)
    except ValueError:
        return None
    context = Context.objects.filter(pk=key).first()
    if context is None:
        return None
    entry = Happening(context.created_at, str(context.pk), context.metadata)
    fill([entry], subjects)
    return entry if entry.touched else None


def signed(
    subjects: Sequence[Subject], chosen: Filter, before: Cursor | None, limit: int
) -> Iterable[Happening]:
    """Uses index: history_recent, or history_by_person."""
    contexts: QuerySet[Any] = Context.objects.filter(touching(subjects))
    if chosen.person:
        contexts = contexts.annotate(person=KeyTextTransform("username", "metadata")).filter(
            person=chosen.person
        )
    if chosen.period:
        start, end = chosen.period
        contexts = contexts.filter(created_at__gte=start, created_at__lt=end)
    if before:
        at, key = before
        # The first bound says nothing more, but it lets the index start at the right place.
        older = Q(created_at__lt=at) | (Q(pk__lt=key) if key else Q(pk__in=[]))
        contexts = contexts.filter(Q(created_at__lte=at) & older)
    for context in contexts.order_by("-created_at", "-pk")[:limit]:
        yield Happening(context.created_at, str(context.pk), context.metadata)


def touching(subjects: Sequence[Subject]) -> Exists | Q:
    """One EXISTS over all tables: an OR of several is planned as a scan of each table."""
    events = [
        track.events.objects.filter(pgh_context=OuterRef("pk")).values("pgh_id")
        for subject in subjects
        for track in subject.tracks
    ]
    if not events:
        return Q(pk__in=[])
    return Exists(events[0].union(*events[1:], all=True) if len(events) > 1 else events[0])


# From moment to moment, whatever number of events each has: an import is one moment of 400,000.
NEXT_OF = sql.SQL("""
    (
        SELECT max(pgh_created_at) FROM {table}
        WHERE pgh_context_id IS NULL AND pgh_created_at < hop.at AND pgh_created_at >= %(since)s
    )
""")
MOMENTS = sql.SQL("""
    WITH RECURSIVE hop (at) AS (
        SELECT %(until)s::timestamptz
        UNION ALL
        SELECT greatest({nexts}) FROM hop WHERE hop.at IS NOT NULL
    )
    SELECT at FROM hop WHERE at IS NOT NULL OFFSET 1 LIMIT %(limit)s
""")


def unsigned(
    subjects: Sequence[Subject], chosen: Filter, before: Cursor | None, limit: int
) -> Iterable[Happening]:
    """One entry for each transaction. Uses index: …_unsigned of each history table."""
    tables = [track.events._meta.db_table for subject in subjects for track in subject.tracks]
    if not tables:
        return
    since, until = chosen.period or (EVER, END)
    if before:
        at, key = before
        # What is signed comes first of one moment.
        until = min(until, at + timedelta(microseconds=1) if key else at)
    nexts = [NEXT_OF.format(table=sql.Identifier("public", table)) for table in tables]
    with connection.cursor() as cursor:
        cursor.execute(
            MOMENTS.format(nexts=sql.SQL(", ").join(nexts)).as_string(cursor.connection),
            {"since": since, "until": until, "limit": limit},
        )
        for (moment,) in cursor.fetchall():
            yield Happening(moment, "", None)


EVENTS_OF = sql.SQL("""
    SELECT wanted.number, {track}, event.pgh_label, event.root::text
    FROM wanted
    CROSS JOIN LATERAL (
        SELECT DISTINCT found.pgh_label, found.root
        FROM (
            (
                SELECT pgh_label, {key} AS root FROM {table}
                WHERE pgh_context_id = wanted.context LIMIT {many}
            ) UNION ALL (
                SELECT pgh_label, {key} AS root FROM {table}
                WHERE wanted.context IS NULL AND pgh_context_id IS NULL
                -- In the order of the index: after an import the planner takes every row for one
                -- of the moment, and would rather read the table.
                AND pgh_created_at BETWEEN wanted.moment AND wanted.moment
                ORDER BY pgh_created_at LIMIT {many}
            )
        ) AS found
    ) AS event
""")
WANTED = sql.SQL("""
    WITH wanted AS (
        SELECT * FROM unnest(%s::uuid[], %s::timestamptz[])
            WITH ORDINALITY AS wanted (context, moment, number)
    )
""")


def fill(page: list[Happening], subjects: Sequence[Subject]) -> None:
    """What each entry touched, in one query."""
    if not page or not subjects:
        return
    tracks = [(subject, track) for subject in subjects for track in subject.tracks]
    parts = [
        EVENTS_OF.format(
            track=sql.Literal(number),
            key=sql.Identifier(track.key),
            table=sql.Identifier("public", track.events._meta.db_table),
            many=sql.Literal(MANY + 1),
        )
        for number, (_, track) in enumerate(tracks)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            # As text: pghistory looks into the statements of a POST.
            (WANTED + sql.SQL(" UNION ALL ").join(parts)).as_string(cursor.connection),
            [[entry.key or None for entry in page], [entry.at for entry in page]],
        )
        rows = cursor.fetchall()
    seen: dict[tuple[int, Subject], dict[str, set[str]]] = {}
    for number, track, label, root in rows:
        subject, table = tracks[track]
        labels = seen.setdefault((number, subject), {}).setdefault(root, set())
        labels.add(label if table.model is subject.model else "update")
    for (number, subject), objects in sorted(seen.items(), key=lambda item: item[0][0]):
        page[number - 1].touched += group(subject, objects)


def group(subject: Subject, objects: dict[str, set[str]]) -> list[Touched]:
    kinds: dict[str, list[str]] = {}
    for root, labels in objects.items():
        kinds.setdefault(operation_of(labels), []).append(root)
    return [
        Touched(subject, operation, sorted(keys)[:MANY], len(keys) > MANY)
        for operation, keys in sorted(kinds.items())
    ]


def operation_of(labels: set[str]) -> str:
    if "delete" in labels:
        return "deleted"
    return "added" if "insert" in labels else "changed"


@dataclass(frozen=True)
class Gone:
    """An object that is not there any more; `event` deleted it."""

    subject: Subject
    event: int
    at: datetime
    key: Any
    metadata: dict[str, Any] | None


def deleted(subjects: Sequence[Subject], *, before: int | None, limit: int) -> list[Gone]:
    """Newest first, in one query. Uses index: …_events_gone of each history table."""
    parts = [deletions(n, each, before)[:limit] for n, each in enumerate(subjects)]
    if not parts:
        return []
    rows = parts[0]
    if len(parts) > 1:
        rows = rows.union(*parts[1:], all=True).order_by("-pgh_id")[:limit]
    return [
        Gone(subjects[n], event, at, subjects[n].model._meta.pk.to_python(key), metadata)
        for n, event, at, key, metadata in rows
    ]


def deletions(number: int, subject: Subject, before: int | None) -> QuerySet[Any, Any]:
    events = subject.tracks[0].events.objects
    later = events.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__gt=OuterRef("pgh_id"))
    gone = events.filter(~Exists(later), pgh_label="delete")
    if before:
        gone = gone.filter(pgh_id__lt=before)
    key = Cast("pgh_obj_id", TextField())
    return gone.order_by("-pgh_id").values_list(
        Value(number), "pgh_id", "pgh_created_at", key, "pgh_context__metadata"
    )


def names_of(entries: Iterable[Happening], most: int) -> Names:
    """The names of up to `most` objects of each kind in each entry."""
    names = Names()
    for entry in entries:
        for touched in entry.touched:
            for key in touched.keys[:most]:
                names.want(touched.subject.model, touched.subject.model._meta.pk.to_python(key))
    return names.load()
