"""What the screens of exports show, in a few queries however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.db import connection
from psycopg import sql

from ops.exports.orders import Order, exports_for, may_export_personal, order_of
from ops.exports.reading import rows_of, source_of
from ops.exports.work import PREPARE, void_files, why_gone
from ops.models import ExportFile, Run
from ops.registry import Export

AREAS = {
    "bank": "Question bank",
    "flavors": "Flavors",
    "members": "Members",
    "operations": "Operations",
}
PREVIEWED = 5
FILES_SHOWN = 20
# Of a table or a view over tables; a partitioned one's own count would stand beside its parts'.
ESTIMATES = """
    SELECT wanted.name, sum(CASE WHEN c.reltuples >= 0 THEN c.reltuples END)::bigint
    FROM unnest(%s::text[]) AS wanted (name)
    CROSS JOIN LATERAL (
        SELECT to_regclass(quote_ident(wanted.name))::oid AS oid
        UNION ALL
        SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass(quote_ident(wanted.name))
    ) AS part
    JOIN pg_class AS c ON c.oid = part.oid AND c.relkind IN ('r', 'm')
    GROUP BY wanted.name
"""
# Uses index: audit_by_thing.
LAST = """
    SELECT wanted.name, last.created_at, last.actor_name, last.details ->> 'format'
    FROM unnest(%s::text[]) AS wanted (name)
    CROSS JOIN LATERAL (
        SELECT * FROM public.audit_logs AS l
        WHERE l.entity_type = 'export' AND l.entity_id = wanted.name AND l.action = 'export'
        ORDER BY l.id DESC LIMIT 1
    ) AS last
"""


@dataclass(frozen=True)
class LastExport:
    at: datetime
    by: str
    format: str


@dataclass(frozen=True)
class ExportFacts:
    """`rows` is an estimate, None before the table was first analyzed."""

    export: Export
    rows: int | None
    who: str
    last: LastExport | None
    # Personal columns that the person's own files are without.
    is_partial: bool


def facts(user: Any) -> list[tuple[str, list[ExportFacts]]]:
    """(area, its exports) of those that this person may export."""
    exports = exports_for(user)
    rows = dict(ask(ESTIMATES, sorted({each.table for each in exports})))
    names = [each.name for each in exports]
    last = {name: LastExport(*rest) for name, *rest in ask(LAST, names)}
    held = permissions_of_groups()
    known = [
        ExportFacts(
            export=each,
            rows=rows.get(each.table),
            who=who_may(each, held),
            last=last.get(each.name),
            is_partial=bool(each.personal) and not may_export_personal(user, each),
        )
        for each in exports
    ]
    sections = [
        (title, [f for f in known if f.export.area == area]) for area, title in AREAS.items()
    ]
    return [(title, found) for title, found in sections if found]


def ask(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def permissions_of_groups() -> dict[str, set[str]]:
    held: dict[str, set[str]] = {}
    found = Group.objects.order_by("name").values_list(
        "name", "permissions__content_type__app_label", "permissions__codename"
    )
    for name, app, codename in found:
        held.setdefault(name, set()).add(f"{app}.{codename}")
    return held


def who_may(export: Export, held: dict[str, set[str]]) -> str:
    """Groups in words: "content, ops; analysts without personal data"."""
    needed = {export.permission, f"ops.export_{export.area}_exportfile"}
    may = [name for name, permissions in held.items() if needed <= permissions]
    if not export.personal:
        return ", ".join(may)
    whole = [name for name in may if export.personal_permission in held[name]]
    partly = [name for name in may if name not in whole]
    parts = [", ".join(whole), f"{', '.join(partly)} without personal data" if partly else ""]
    return "; ".join(filter(None, parts))


# --- One export ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Preview:
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    # The planner's own guess.
    estimate: int


def preview(order: Order) -> Preview:
    """The first rows. Raises DatabaseError."""
    with connection.cursor() as cursor:
        first = sql.SQL("{} LIMIT {}").format(rows_of(order), PREVIEWED)
        cursor.execute(first.as_string())
        rows = cursor.fetchall()
        plan = sql.SQL("EXPLAIN (FORMAT JSON) SELECT {}").format(source_of(order))
        cursor.execute(plan.as_string())
        estimate = int(cursor.fetchone()[0][0]["Plan"]["Plan Rows"])
    # The planner never guesses none.
    return Preview(list(order.columns), rows, estimate if len(rows) == PREVIEWED else len(rows))


def active_runs(user: Any, exports: Iterable[Export]) -> list[Run]:
    """Those that prepare a file of these exports, and that the person may see."""
    names = [each.name for each in exports]
    found = Run.objects.active().visible_to(user).filter(operation=PREPARE)
    return list(found.filter(parameters__export__in=names).order_by("-id"))


@dataclass(frozen=True)
class FileFacts:
    """`gone` says why it cannot be downloaded; empty when it can."""

    file: ExportFile
    order: Order
    gone: str

    @property
    def key(self) -> str:
        return str(self.file.pk)


def files_of(user: Any, exports: Iterable[Export]) -> list[FileFacts]:
    """The newest that the person may download, or might have."""
    known = {each.name: each for each in exports}
    personal = [each.name for each in known.values() if may_export_personal(user, each)]
    found = ExportFile.objects.filter(export__in=known, deleted_at=None)
    void = void_files()
    return [
        FileFacts(file, order_of(file.parameters), why_gone(file, void))
        for file in found[: 2 * FILES_SHOWN]
        if not file.has_personal or file.export in personal
    ][:FILES_SHOWN]
