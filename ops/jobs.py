"""Work functions of the house itself, and the entry point of every job."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore
from django.db.models.functions import Now

from ops.models import Run, ScheduleTick
from ops.models.run import ACTIVE
from ops.partitions import ensure_future_partitions
from ops.registry import PartitionedTable, declared
from ops.work import Work

# Runs that a schedule started and that went well; what people started is kept.
RUNS_ARE_KEPT = timedelta(days=90)


def clear_sessions(work: Work) -> str:
    SessionStore.clear_expired()
    return "Expired logins are gone."


def maintain_partitions(work: Work) -> str:
    """Make the partitions ahead of every declared table."""
    made: list[str] = []
    tables = declared(PartitionedTable)
    for done, table in enumerate(tables.values()):
        work.progress(done, len(tables), table.name)
        made += ensure_future_partitions(table)
    work.progress(len(tables), len(tables))
    return f"Made {', '.join(made)}." if made else "All partitions ahead are there."


def clean_ledger(work: Work) -> str:
    """Forget scheduled runs that ended long ago, with their states and ticks."""
    old = Run.objects.filter(finished_at__lt=Now() - RUNS_ARE_KEPT).exclude(schedule="")
    _, gone = old.exclude(status__in=ACTIVE).delete()
    ScheduleTick.objects.filter(run=None, run_at__lt=Now() - RUNS_ARE_KEPT).delete()
    return f"{gone.get('ops.Run', 0):,} runs forgotten."
