"""Taking snapshots of the server's counters, and forgetting them."""

from __future__ import annotations

from ops.monitoring.reports import fetch
from ops.work import Work

DAYS_KEPT = 30


def capture(work: Work) -> str:
    """The work of the operation `capture_snapshot`."""
    [row] = fetch("SELECT public.capture_performance_snapshot() AS id")
    return f"Snapshot {row['id']} is taken."


def clean(work: Work) -> str:
    """The work of the operation `clean_monitoring`."""
    days = work.parameters.get("days") or DAYS_KEPT
    [row] = fetch("SELECT public.cleanup_monitoring_data(%s) AS gone", [int(days)])
    gone = row["gone"]
    return f"{gone:,} snapshot{'' if gone == 1 else 's'} older than {days} days forgotten."
