"""Where every partition stands: in its table, on its way out, held, or in its files alone.

Read from the catalog, the archive's ledger and the active runs, in three queries for any number of
partitions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import F

from ops.archive.catalog import HOLD_SCHEMA, ArchiveError, Bounds, read_bounds
from ops.models import PartitionArchive, Run
from ops.models.archive import FINAL, ArchiveState
from ops.partitions import FUTURE_WANTED, months_after
from ops.registry import PartitionedTable, declared

OPERATIONS = ("archive_partition", "drop_partition", "restore_partition", "verify_archive")


class Standing(StrEnum):
    FUTURE = "Future"
    CURRENT = "Current"
    ATTACHED = "Attached"
    RESTORED = "Restored"
    DETACHING = "Detaching"
    FROZEN = "Frozen"
    ARCHIVED = "Archived"
    VERIFIED = "Verified"
    HELD = "Held"
    DROPPED = "Dropped"


ON_ITS_WAY = (Standing.DETACHING, Standing.FROZEN, Standing.ARCHIVED, Standing.VERIFIED)
OF_ARCHIVE = {
    ArchiveState.DETACHING: Standing.DETACHING,
    ArchiveState.FROZEN: Standing.FROZEN,
    ArchiveState.EXPORTED: Standing.ARCHIVED,
    ArchiveState.VERIFIED: Standing.VERIFIED,
    ArchiveState.HELD: Standing.HELD,
    ArchiveState.DROPPED: Standing.DROPPED,
}


@dataclass(frozen=True)
class Relation:
    """What the catalog says of a partition, or of the table that was one."""

    name: str
    # None once it is detached.
    bounds: Bounds | None
    is_detaching: bool
    # As the last ANALYZE, or the statistics, have it.
    rows: int
    # With indexes; None if nobody asked, or while somebody holds the table for himself alone.
    bytes: int | None


@dataclass(frozen=True)
class PartitionFacts:
    """All that the screens say of one partition; `table` is None when it is declared no longer."""

    table_name: str
    table: PartitionedTable | None
    name: str
    lower: datetime
    upper: datetime
    relation: Relation | None
    # The latest, whatever became of it.
    archive: PartitionArchive | None
    # The one that works on it now.
    run: Run | None
    now: datetime

    @property
    def target(self) -> str:
        return f"{self.table_name}.{self.name}"

    @property
    def standing(self) -> Standing:
        archived = OF_ARCHIVE.get(ArchiveState(self.archive.state)) if self.archive else None
        if archived is not None:
            return archived
        if self.relation and self.relation.is_detaching:
            return Standing.DETACHING
        if self.upper > self.now:
            return Standing.FUTURE if self.lower > self.now else Standing.CURRENT
        if self.archive and self.archive.state == ArchiveState.RESTORED:
            return Standing.RESTORED
        return Standing.ATTACHED

    @property
    def rows(self) -> int | None:
        """Counted by the archive, else estimated."""
        if self.is_counted and self.archive:
            return self.archive.row_count
        return self.relation.rows if self.relation else None

    @property
    def is_counted(self) -> bool:
        left = self.standing in OF_ARCHIVE.values()
        return left and self.archive is not None and self.archive.row_count is not None

    @property
    def kept_until(self) -> datetime | None:
        """None: for ever."""
        return months_after(self.upper, self.table.keep_months if self.table else None)

    @property
    def is_past(self) -> bool:
        return self.standing in (Standing.ATTACHED, Standing.RESTORED)

    @property
    def is_due(self) -> bool:
        """Its retention is over, and it is in its table still."""
        return self.is_past and self.kept_until is not None and self.kept_until <= self.now

    @property
    def held_until(self) -> datetime | None:
        return self.archive.held_until if self.archive and self.standing == Standing.HELD else None

    @property
    def is_hold_over(self) -> bool:
        return self.held_until is not None and self.held_until <= self.now

    @property
    def is_stopped(self) -> bool:
        """Half out, and nobody works on it."""
        return self.standing in ON_ITS_WAY and self.run is None

    @property
    def file_bytes(self) -> int | None:
        return getattr(self.archive, "file_bytes", None)


@dataclass(frozen=True)
class TableFacts:
    name: str
    table: PartitionedTable | None
    # Newest first.
    partitions: list[PartitionFacts]
    # Partitions whose bounds are no range of time.
    unreadable: list[str] = field(default_factory=list)
    # In the archive, and made anew in the table: the archived rows cannot come back.
    doubled: list[str] = field(default_factory=list)

    def standing(self, *standings: Standing) -> list[PartitionFacts]:
        return [each for each in self.partitions if each.standing in standings]

    @property
    def attached(self) -> list[PartitionFacts]:
        return [each for each in self.partitions if each.relation and each.relation.bounds]

    @property
    def future(self) -> list[PartitionFacts]:
        return self.standing(Standing.FUTURE)

    @property
    def lacks_future(self) -> bool:
        return self.table is not None and len(self.future) < FUTURE_WANTED

    @property
    def due(self) -> list[PartitionFacts]:
        return [each for each in self.partitions if each.is_due]

    @property
    def hold_over(self) -> list[PartitionFacts]:
        return [each for each in self.partitions if each.is_hold_over]

    @property
    def stopped(self) -> list[PartitionFacts]:
        return [each for each in self.partitions if each.is_stopped]

    @property
    def working(self) -> list[PartitionFacts]:
        return [each for each in self.partitions if each.run]

    @property
    def rows(self) -> int:
        """Of those in the table."""
        return sum(each.rows or 0 for each in self.attached)

    @property
    def bytes(self) -> int:
        """In the database, the held ones too."""
        return sum(each.relation.bytes or 0 for each in self.partitions if each.relation)


# --- Reading -------------------------------------------------------------------------------------
CATALOG = """
    WITH alone AS (
        -- Asking for the size of such a table would wait for its lock.
        SELECT relation FROM pg_locks
        WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock' AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ), found AS (
        SELECT inhrelid AS oid, inhparent, inhdetachpending FROM pg_inherits
        WHERE inhparent = ANY (
            SELECT to_regclass(format('public.%%I', name)) FROM unnest(%(tables)s::text[]) AS name
        )
        UNION ALL
        SELECT oid, NULL, false FROM pg_class
        WHERE relnamespace = to_regnamespace(%(hold)s) AND relkind = 'r'
    )
    SELECT
        parent.relname, c.relname, pg_get_expr(c.relpartbound, c.oid), found.inhdetachpending,
        CASE WHEN c.reltuples < 0 THEN pg_stat_get_live_tuples(c.oid) ELSE c.reltuples::bigint END,
        CASE WHEN %(sizes)s AND c.oid NOT IN (SELECT relation FROM alone)
            THEN pg_total_relation_size(c.oid) END
    FROM found
    JOIN pg_class AS c ON c.oid = found.oid
    LEFT JOIN pg_class AS parent ON parent.oid = found.inhparent
"""


@dataclass
class Catalog:
    """Relations by table and by name; `held` are those in the archive's schema."""

    attached: dict[str, dict[str, Relation]] = field(default_factory=dict)
    held: dict[str, Relation] = field(default_factory=dict)
    unreadable: dict[str, list[str]] = field(default_factory=dict)


def read_catalog(tables: Collection[str], *, sizes: bool = True) -> Catalog:
    """`sizes` look at every file: 0.2 ms a partition."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"tables": list(tables), "hold": HOLD_SCHEMA, "sizes": sizes}
        cursor.execute(CATALOG, values)
        rows = cursor.fetchall()
    catalog = Catalog()
    for table, name, bounds, is_detaching, estimate, size in rows:
        if table is None:
            catalog.held[name] = Relation(name, None, False, estimate, size)
            continue
        if bounds is None:  # dropped while we looked
            continue
        try:
            known = Relation(name, read_bounds(bounds), is_detaching, estimate, size)
            catalog.attached.setdefault(table, {})[name] = known
        except ArchiveError:
            catalog.unreadable.setdefault(table, []).append(name)
    return catalog


def archives_of(table: str = "") -> dict[tuple[str, str], PartitionArchive]:
    """The latest of each partition, its manifest left out, with `file_bytes`."""
    rows = PartitionArchive.objects.defer("manifest").annotate(
        file_bytes=F("manifest__files__0__bytes")
    )
    rows = rows.filter(table_name=table) if table else rows
    latest = rows.order_by("table_name", "partition_name", "-id").distinct(
        "table_name", "partition_name"
    )
    return {(row.table_name, row.partition_name): row for row in latest}


def working_runs() -> dict[str, Run]:
    """By target."""
    return {run.target: run for run in Run.objects.active().filter(operation__in=OPERATIONS)}


def partitioned_tables(now: datetime, *, sizes: bool = True) -> list[TableFacts]:
    """Every declared table, then those that have something in the archive still."""
    tables = declared(PartitionedTable)
    catalog = read_catalog(tables, sizes=sizes)
    archives, runs = archives_of(), working_runs()
    kept = {table for (table, _), row in archives.items() if row.state not in FINAL}
    return [
        facts_of(name, catalog, archives.values(), runs, now)
        for name in (*tables, *sorted(kept - set(tables)))
    ]


def table_facts(name: str, now: datetime) -> TableFacts:
    """Empty for a table that nobody declares and the archive does not know."""
    archives = archives_of(name)
    return facts_of(name, read_catalog([name]), archives.values(), working_runs(), now)


def facts_of(
    table: str,
    catalog: Catalog,
    archives: Iterable[PartitionArchive],
    runs: dict[str, Run],
    now: datetime,
) -> TableFacts:
    declaration = declared(PartitionedTable).get(table)
    relations = catalog.attached.get(table, {}) if declaration else {}
    known = {row.partition_name: row for row in archives if row.table_name == table}
    left = {name for name, row in known.items() if row.state not in FINAL}
    # Out of its table; what stands there under its name is another.
    out = {name for name in left if known[name].state != ArchiveState.DETACHING}
    facts = []
    for name in relations.keys() | left:
        archive = known.get(name)
        relation = catalog.held.get(name) if name in out else relations.get(name)
        lower, upper = times_of(relation, archive)
        run = runs.get(f"{table}.{name}")
        facts.append(
            PartitionFacts(table, declaration, name, lower, upper, relation, archive, run, now)
        )
    facts.sort(key=lambda each: (each.lower, each.name), reverse=True)
    unreadable, doubled = catalog.unreadable.get(table, []), sorted(out & relations.keys())
    return TableFacts(table, declaration, facts, unreadable, doubled)


def times_of(
    relation: Relation | None, archive: PartitionArchive | None
) -> tuple[datetime, datetime]:
    if relation and relation.bounds:
        return relation.bounds.lower_time, relation.bounds.upper_time
    if archive is None:
        raise LookupError("A partition is attached, or it has its row in the archive.")
    return archive.lower, archive.upper
