"""Work functions of the house itself, and the entry point of every job."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models.functions import Now

from ops.logins.sessions import SessionStore
from ops.models import Run, ScheduleTick
from ops.models.run import ACTIVE
from ops.partitions import analyze, ensure_future_partitions, ensure_partition_of, table_named
from ops.registry import PartitionedTable, declared
from ops.work import Refused, Work

# Runs that a schedule started and that went well; what people started is kept.
RUNS_ARE_KEPT = timedelta(days=90)


def clear_sessions(work: Work) -> str:
    SessionStore.clear_expired()
    return "Expired logins are gone."


def maintain_partitions(work: Work) -> str:
    """Make the partitions ahead of every declared table, or of one; or one day's partition."""
    name, day = work.parameters.get("table"), work.parameters.get("day")
    if day and not name:
        raise Refused("Say of which table you want the partition of that day.")
    tables = [table_named(name)] if name else list(declared(PartitionedTable).values())
    made: list[str] = []
    for done, table in enumerate(tables):
        work.progress(done, len(tables), table.name)
        if day:
            made += ensure_partition_of(table, date.fromisoformat(day))
        else:
            made += ensure_future_partitions(table)
    work.progress(len(tables), len(tables))
    if made:
        return f"Made {', '.join(made)}."
    return "That partition is there." if day else "All partitions ahead are there."


def analyze_partitions(work: Work) -> str:
    """ANALYZE every declared table with its partitions."""
    tables = declared(PartitionedTable)
    for done, table in enumerate(tables.values()):
        work.progress(done, len(tables), table.name)
        analyze(table)
    work.progress(len(tables), len(tables))
    return f"{len(tables):,} tables analyzed." if len(tables) != 1 else "1 table analyzed."


def clean_ledger(work: Work) -> str:
    """Forget scheduled runs that ended long ago, with their states and ticks."""
    old = Run.objects.filter(finished_at__lt=Now() - RUNS_ARE_KEPT).exclude(schedule="")
    _, gone = old.exclude(status__in=ACTIVE).delete()
    ScheduleTick.objects.filter(run=None, run_at__lt=Now() - RUNS_ARE_KEPT).delete()
    return f"{gone.get('ops.Run', 0):,} runs forgotten."
