"""Which queries cost what, in a period; one of them over time; its plan."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ops.models import QueryText
from ops.monitoring.reports import Column, Report, Row, Table, fetch, sorted_by
from ops.monitoring.sessions import shape_of, without_values
from ops.monitoring.trends import POINTS, Trend
from ops.work import Refused

PERIODS = {
    "15m": ("15 minutes", timedelta(minutes=15)),
    "1h": ("hour", timedelta(hours=1)),
    "24h": ("24 hours", timedelta(hours=24)),
    "7d": ("7 days", timedelta(days=7)),
    "30d": ("30 days", timedelta(days=30)),
}
PLAN_SECONDS = 5

QUERIES = Report(
    "queries",
    "Queries",
    "Each with $1 for its constants. Ours are among them, those of jobs and of clients too.",
    "",
    (
        Column("query", "Query", "code"),
        Column("total_ms", "Total", "ms"),
        Column("share", "Share", "percent"),
        Column("calls", "Calls"),
        Column("mean_ms", "Mean", "ms"),
        Column("rows", "Rows", is_minor=True),
        Column("blocks_read", "Read from disk", "blocks"),
        Column("io_ms", "I/O", "ms", is_minor=True),
        Column("temp_blocks", "Temporary files", "blocks", is_minor=True),
        Column("wal_bytes", "WAL", "bytes", is_minor=True),
    ),
    "No query ran in this time.",
    by="total_ms",
)

HINTS = Report(
    "hints",
    "What could be better",
    "Suspicions, the most costly first, for you to look at.",
    "",
    (
        Column("hint", "Hint", "text"),
        Column("about", "Query or table", "code"),
        Column("reason", "Why", "text"),
        Column("advice", "What to do", "text"),
        Column("total_ms", "Took in all", "ms"),
    ),
    "Nothing stands out.",
)


def since_of(period: str) -> datetime:
    return timezone.now() - PERIODS[period][1]


def counted_from(period: str) -> datetime | None:
    """The moment of the snapshot from which a period is counted; None without snapshots."""
    found = fetch(
        "SELECT created_at FROM public.performance_snapshots WHERE id = public.snapshot_at(%s)",
        [since_of(period)],
    )
    return found[0]["created_at"] if found else None


# Both in one round: what ran is read once. "queryid" is null for all queries; a hint on a table is
# among those of all.
ACTIVITY = """
    WITH ran AS MATERIALIZED (SELECT * FROM public.statement_activity(%(since)s)),
    shares AS (
        SELECT *, 100 * total_ms / NULLIF(sum(total_ms) OVER (), 0) AS share FROM ran
    ),
    costs AS (
        SELECT 'query' AS kind, to_jsonb(c) AS line
        FROM (
            SELECT
                r.*,
                count(*) OVER () AS among,
                row_number() OVER (ORDER BY r.{by} DESC NULLS LAST, r.queryid) AS place
            FROM shares AS r
        ) AS c
        WHERE CASE WHEN %(queryid)s::bigint IS NULL THEN c.place <= %(shown)s
            ELSE c.queryid = %(queryid)s
        END
    )
    SELECT * FROM costs
    UNION ALL
    SELECT 'hint', to_jsonb(h) || jsonb_build_object('place', row_number() OVER ())
    FROM public.query_hints_among(
        ARRAY(SELECT ROW(r.*)::public.statement_cost FROM ran AS r)
    ) AS h
    WHERE %(queryid)s::bigint IS NULL OR h.queryid = %(queryid)s
"""


@dataclass(frozen=True)
class Activity:
    queries: Table
    hints: list[Row]


def activity(period: str, *, by: str = "", queryid: int | None = None, shown: int = 50) -> Activity:
    """The queries that cost most, each with its `share` of the total time, in percent; and hints on
    all queries and tables, or on the one query. Of a COPY the server keeps the values: not here."""
    by = sorted_by(QUERIES, by)
    lines = fetch(
        ACTIVITY.format(by=f'"{by}"'),
        {"since": since_of(period), "queryid": queryid, "shown": shown},
    )
    found = {
        kind: sorted(
            (without_values(json.loads(each["line"])) for each in lines if each["kind"] == kind),
            key=lambda row: row["place"],
        )
        for kind in ("query", "hint")
    }
    queries = found["query"]
    total = queries[0]["among"] if queries and queryid is None else len(queries)
    return Activity(
        Table(QUERIES, queries, total, by),
        [row | {"about": row["query"] or row["subject"]} for row in found["hint"]],
    )


def text_of(queryid: int) -> str | None:
    """Also of one that the server has forgotten, if a snapshot saw it."""
    if text := QueryText.objects.filter(pk=queryid).values_list("query", flat=True).first():
        return shape_of(text)
    found = fetch("SELECT query FROM public.statement_texts() WHERE queryid = %s", [queryid])
    return shape_of(found[0]["query"]) if found else None


def trends(queryid: int, period: str) -> list[Trend]:
    """Of its calls, and of how long one took."""
    spans = fetch(
        "SELECT * FROM public.statement_trend(%s, %s, %s)", [queryid, since_of(period), POINTS]
    )
    if not spans:
        return []
    calls = [(span["ended_at"], float(span["calls"])) for span in spans]
    means = [(span["ended_at"], span["total_ms"] / (span["calls"] or 1)) for span in spans]
    return [Trend("Calls", "number", calls), Trend("Mean", "ms", means)]


def plan_of(query: str) -> str:
    """Its generic plan, made and not run. Raises Refused with PostgreSQL's reason."""
    if not query.lstrip(" \n\t(").upper().startswith(("SELECT", "WITH")):
        raise Refused("Only a SELECT has a plan that is shown here.")
    lines: list[Any]
    with transaction.atomic(durable=False), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('transaction_read_only', 'on', true)")
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, true)", [f"{PLAN_SECONDS * 1000}"]
        )
        cursor.execute(f"EXPLAIN (GENERIC_PLAN, VERBOSE, SETTINGS) {query}")
        lines = cursor.fetchall()
    return "\n".join(line for (line,) in lines)
