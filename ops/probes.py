"""What the probes of alert rules ask of the house."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from ops.keys import made_between
from ops.models import PerformanceSnapshot, Run, ViewState
from ops.models.run import Status
from ops.monitoring.reports import fetch


def refresh_took(view: str) -> timedelta | None:
    """The last one."""
    return ViewState.objects.values_list("duration", flat=True).filter(pk=view).first()


def failures(*, operation: str, target: str, within: timedelta) -> int:
    runs = Run.objects.filter(operation=operation, target=target, status=Status.FAILED)
    return runs.filter(finished_at__gte=timezone.now() - within).count()


def mean_milliseconds(functions: Sequence[str], *, least_calls: int = 10) -> dict[str, float]:
    """Of those that queries of the last hour called that often."""
    rows = fetch(
        "SELECT f.name, sum(a.total_ms) / sum(a.calls) AS ms"
        " FROM unnest(%s::text[]) AS f (name)"
        " JOIN public.statement_activity(%s) AS a"
        " ON a.query ~ ('\\m' || f.name || '\\(') AND a.query ~* '^\\s*(select|with)\\M'"
        " GROUP BY f.name HAVING sum(a.calls) >= %s",
        [list(functions), timezone.now() - timedelta(hours=1), least_calls],
    )
    return {row["name"]: float(row["ms"]) for row in rows}


# --- Growth --------------------------------------------------------------------------------------
def size_now() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def growth(days: int) -> int:
    """Bytes since the earliest snapshot of so many days; 0 without one."""
    snapshots = PerformanceSnapshot.objects.filter(
        made_between(timezone.now() - timedelta(days=days), None)
    )
    earliest = snapshots.order_by("id").values_list("database__bytes", flat=True).first()
    return size_now() - earliest if earliest is not None else 0
