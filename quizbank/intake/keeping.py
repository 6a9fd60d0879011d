"""What is old takes less room: sessions go to their archive, interactions into a summary."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from ops.errors import reason_of
from ops.work import Refused

BATCH = 1_000
# Days that are summarised again each night: what came in late is counted then.
NIGHTS = 3


def archive_sessions(batch: int = BATCH) -> Iterator[int]:
    """How many each step moved; a transaction each."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT public.archive_quiz_sessions(%s)", [batch])
            (moved,) = cursor.fetchone()
        if not moved:
            return
        yield moved


@transaction.atomic
def summarise(first: date, before: date) -> int:
    """Interactions of these days (UTC), now proved to be in the summary. Raises DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.summarise_interactions(%s, %s)", [first, before])
        return int(cursor.fetchone()[0])


def summarise_last_days() -> int:
    """Those that are over."""
    today = datetime.now(UTC).date()
    return summarise(today - timedelta(days=NIGHTS), today)


def prove_summary(first: date, before: date) -> None:
    """Before a partition of interactions is archived. Raises Refused."""
    try:
        summarise(first, before)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) != "22000":
            raise
        raise Refused(reason_of(error)) from error


def keep_counts(first: date, before: date) -> None:
    """Before a partition of answers is archived. Raises Refused."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT public.keep_archived_counts(%s, %s)", [first, before])
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) != "55000":
            raise
        raise Refused(reason_of(error)) from error


def order_archive_of_interactions() -> list[UUID]:
    """The runs that archive the months that are due; each proves its summary first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT run_id FROM public.archive_old_partitions('user_interactions')")
        return [run for (run,) in cursor.fetchall()]
