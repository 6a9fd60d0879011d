"""How the server is: its figures now, and how they went."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ops.monitoring.reports import fetch

POINTS = 48


def figures() -> dict[str, Any]:
    """As `get_monitoring_dashboard()` says them; "connected" is the sum over all states."""
    [row] = fetch("SELECT public.get_monitoring_dashboard() AS figures")
    # Django's cursors give jsonb as text.
    found: dict[str, Any] = json.loads(row["figures"])
    taken = found["last_snapshot"]
    return {
        **found,
        "connected": sum(found["connections"].values()),
        "last_snapshot": datetime.fromisoformat(taken) if taken else None,
    }


type Trend = tuple[str, str, Sequence[tuple[datetime, float]]]


def trends(since: datetime) -> list[Trend]:
    """(title, kind of its values, points), between the snapshots since then."""
    spans = fetch("SELECT * FROM public.database_trend(%s, %s)", [since, POINTS])
    if not spans:
        return []

    def points(value: Any) -> list[tuple[datetime, float]]:
        return [(span["ended_at"], float(value(span))) for span in spans]

    def hit(span: dict[str, Any]) -> float:
        read = span["blocks_hit"] + span["blocks_read"]
        return 100 * span["blocks_hit"] / read if read else 100

    def rate(span: dict[str, Any]) -> float:
        return round(span["transactions"] / (span["seconds"] or 1), 1)

    return [
        ("Transactions a second", "number", points(rate)),
        ("Cache hit ratio", "percent", points(hit)),
        ("Connections", "number", points(lambda span: span["connections"] or 0)),
        ("Longest transaction", "seconds", points(lambda span: span["longest_transaction"] or 0)),
        ("Temporary files", "bytes", points(lambda span: span["temp_bytes"])),
        ("Size of the database", "bytes", points(lambda span: span["bytes"])),
    ]
