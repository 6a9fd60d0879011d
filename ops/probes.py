"""What the probes of alert rules ask of the house."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from ops.models import DatabaseSize, Run, ViewState
from ops.models.run import Status


def refresh_took(view: str) -> timedelta | None:
    """The last one."""
    return ViewState.objects.values_list("duration", flat=True).filter(pk=view).first()


def failures(*, operation: str, target: str, within: timedelta) -> int:
    runs = Run.objects.filter(operation=operation, target=target, status=Status.FAILED)
    return runs.filter(finished_at__gte=timezone.now() - within).count()


# --- Growth --------------------------------------------------------------------------------------
def size_now() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def note_size() -> None:
    """The first of each day stays."""
    DatabaseSize.objects.get_or_create(day=timezone.localdate(), defaults={"bytes": size_now()})


def growth(days: int) -> int:
    """Bytes since the earliest size that was noted within so many days; 0 without one."""
    since = timezone.localdate() - timedelta(days=days)
    earliest = DatabaseSize.objects.filter(day__gte=since).order_by("day").first()
    return size_now() - earliest.bytes if earliest else 0
