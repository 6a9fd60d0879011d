"""How figures went between snapshots, for charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from ops.monitoring.reports import Column, Kind, Report, Row, fetch
from ops.replicas import reading_from_replica

POINTS = 48
# Names that are drawn; the table has more.
DRAWN = 6
HITS = {"blocks": "Cache hit ratio", "heap": "Of tables alone", "index": "Of indexes alone"}

IO = Report(
    "io",
    "Reads and writes",
    "Of the whole server, all of its databases. Normal is what queries do; bulk reads, bulk writes"
    " and vacuum keep to a small part of the memory. Extends make a file longer.",
    "",
    (
        Column("backend_type", "Who", "text"),
        Column("about", "What and how", "text"),
        Column("hits", "Found in memory"),
        Column("read_bytes", "Read", "bytes"),
        Column("reads", "Reads"),
        Column("read_ms", "Reading took", "ms"),
        Column("write_bytes", "Written", "bytes"),
        Column("writes", "Writes"),
        Column("write_ms", "Writing took", "ms"),
        Column("extend_bytes", "Extended by", "bytes"),
        Column("evictions", "Thrown out"),
        Column("fsyncs", "Syncs"),
    ),
    "Nothing was read or written.",
    by="read_bytes",
)


@dataclass(frozen=True)
class Trend:
    """`kind` of its values; `summary` is the figure of the whole period, if it has one."""

    title: str
    kind: Kind
    points: Sequence[tuple[datetime, float]]
    summary: float | None = None


@reading_from_replica
def spans_since(since: datetime) -> list[Row]:
    return fetch("SELECT * FROM public.database_trend(%s, %s)", [since, POINTS])


def asked_for(spans: Sequence[Row], of: str = "blocks") -> int:
    """Blocks, found in memory or not: all "blocks", those of "heap", or those of "index"."""
    return sum(span[f"{of}_hit"] + span[f"{of}_read"] for span in spans)


def hit_percent(spans: Sequence[Row], of: str = "blocks") -> float | None:
    """Of the blocks that queries asked for in all of the spans; None if they asked for none."""
    asked = asked_for(spans, of)
    return 100 * sum(span[f"{of}_hit"] for span in spans) / asked if asked else None


def cache_hits(spans: Sequence[Row], of: str = "blocks") -> list[Trend]:
    """One, or none where nothing was asked for."""
    asked = [span for span in spans if asked_for([span], of)]
    points = [(span["ended_at"], hit_percent([span], of) or 0.0) for span in asked]
    return [Trend(HITS[of], "percent", points, hit_percent(spans, of))] if points else []


def database(spans: Sequence[Row]) -> list[Trend]:
    if not spans:
        return []

    def points(value: Callable[[Row], float]) -> list[tuple[datetime, float]]:
        return [(span["ended_at"], float(value(span))) for span in spans]

    def rate(span: Row) -> float:
        return round(span["transactions"] / (span["seconds"] or 1), 1)

    return [
        Trend("Transactions a second", "number", points(rate)),
        *cache_hits(spans),
        Trend("Connections", "number", points(lambda span: span["connections"] or 0)),
        Trend(
            "Longest transaction",
            "seconds",
            points(lambda span: span["longest_transaction"] or 0),
        ),
        Trend("Temporary files", "bytes", points(lambda span: span["temp_bytes"])),
        Trend("Size of the database", "bytes", points(lambda span: span["bytes"])),
    ]


@reading_from_replica
def growth(what: str, since: datetime) -> list[Trend]:
    """Of the "tables" or "indexes" that grew most; `summary` is by how many bytes."""
    rows = fetch("SELECT * FROM public.growth_trend(%s, %s, %s, %s)", [what, since, POINTS, DRAWN])
    return [
        Trend(
            name.removeprefix("public."),
            "bytes",
            [(row["ended_at"], float(row["bytes"])) for row in of],
            float(grown),
        )
        for (name, grown), of in (
            (key, list(group))
            for key, group in groupby(rows, key=lambda row: (row["name"], row["grown"]))
        )
    ]


def io_activity(since: datetime) -> list[Row]:
    rows = fetch("SELECT * FROM public.io_activity(%s)", [since])
    return [row | {"about": f"{row['object']}, {row['context']}"} for row in rows]
