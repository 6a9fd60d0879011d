"""Does the work of a run: the entry point of every job.

The try holds the advisory lock of its operation and target on the connection that does the work,
so that the lock goes when that connection does, at the latest. Heartbeat and progress use another
one.
Every write to the ledger compares status and attempt first: a worker that was given up writes
nothing any more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pghistory
import psycopg
import structlog
from django.conf import settings
from django.db import DatabaseError, Error, connection
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.module_loading import import_string
from psycopg.errors import QueryCanceled
from rq.timeouts import JobTimeoutException

from ops import audit
from ops.disks import FULL
from ops.errors import DISK_FULL, MOMENTS, state_of
from ops.models import Run
from ops.models.run import Status
from ops.registry import Operation
from ops.runs import enqueue, operation_named
from ops.work import Cancelled, Failed, NotYet, Refused, Result, Superseded, Work

log = structlog.get_logger(__name__)

BEAT_SECONDS = 1.0
# When the lock is held by a SQL function that does the same work, or by a dying worker.
LOCKED_AGAIN_AFTER = timedelta(seconds=10)
NOT_YET_AGAIN_AFTER = timedelta(seconds=5)
LONGEST_BACKOFF = timedelta(hours=1)


def perform(run_id: UUID) -> None:
    """One try of a run; does nothing if the run waits no longer, or is not due."""
    connect_directly()
    try:
        run = Run.objects.filter(pk=run_id, status=Status.PENDING).first()
        if run is None:
            return
        if not take_lock(run):
            Run.objects.filter(pk=run_id, status=Status.PENDING).update(
                next_retry_at=Now() + LOCKED_AGAIN_AFTER
            )
        elif claim(run):
            run.refresh_from_db()
            attempt(run)
    finally:
        let_lock_go()
        # The session's settings go with the connection.
        connection.close()


def perform_here(**order: Any) -> tuple[Run, bool]:
    """For commands: enqueue(**order), and do the first try in this process.

    Returns the run as it is now, and whether it was made here.
    """
    run, created = enqueue(**order, deliver=False)
    if created:
        perform(run.pk)
        run.refresh_from_db()
    return run, created


# --- The connection that works -------------------------------------------------------------------
def connect_directly() -> None:
    """No pool and no pooler: both would hand the session's lock to others."""
    connection.close()
    connection.settings_dict["OPTIONS"].pop("pool", None)
    connection.settings_dict.update(settings.DATABASE_DIRECT)


def take_lock(run: Run) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_lock(public.run_lock_key(%s, %s))", [run.operation, run.target]
        )
        return bool(cursor.fetchone()[0])


def let_lock_go() -> None:
    """At once. The server ends the session of a closed connection a moment later, and who orders
    the same work in that moment would have to wait.
    """
    if connection.connection is not None and is_idle():
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")


def limit_statements(run: Run, timeout: timedelta) -> None:
    """Below the job's own limit; and no statement outlives its worker by more than seconds."""
    values = {
        "statement_timeout": f"{int(timeout.total_seconds() * 1000)}ms",
        "client_connection_check_interval": "2s",
        "application_name": f"steward run {run.pk}",
    }
    with connection.cursor() as cursor:
        for name, value in values.items():
            cursor.execute("SELECT set_config(%s, %s, false)", [name, value])


# --- One try -------------------------------------------------------------------------------------
def claim(run: Run) -> bool:
    """Compare and swap: pending to processing. The lock is held."""
    due = Run.objects.filter(pk=run.pk, status=Status.PENDING, attempts=run.attempts)
    return bool(
        due.filter(Q(next_retry_at=None) | Q(next_retry_at__lte=Now())).update(
            status=Status.PROCESSING,
            attempts=F("attempts") + 1,
            next_retry_at=None,
            started_at=Now(),
            heartbeat_at=Now(),
            progress_done=None,
            progress_total=None,
            progress_note="",
            error="",
        )
    )


def attempt(run: Run) -> None:
    """Do the work and write down how it ended."""
    work = Work(
        run_id=run.pk,
        operation=run.operation,
        target=run.target,
        parameters=run.parameters,
        attempt=run.attempts,
        requested_by_id=run.requested_by_id,
    )
    try:
        with Heartbeat(work):
            outcome = finished(do(run, work))
    except Superseded:
        log.warning("superseded", run=str(run.pk), attempt=run.attempts)
        return
    except NotYet as error:
        outcome = postponed(error)
    except Exception as error:
        # The ledger says why it was refused; a traceback would say no more.
        if not isinstance(error, Refused):
            log.exception("run failed", run=str(run.pk), attempt=run.attempts)
        outcome = failed(run, work, error)
    if connection.connection is None or connection.needs_rollback or not is_idle():
        connection.close()
    save_outcome(run, work, outcome)


def do(run: Run, work: Work) -> Any:
    operation = operation_named(run.operation)
    limit_statements(run, operation.timeout)
    function: Callable[[Work], Any] = import_string(operation.work)
    with (
        audit.acting(run.requested_by),
        pghistory.context(
            user=run.requested_by_id, username=run.requested_by_name, run=str(run.pk)
        ),
    ):
        return function(work)


def is_idle() -> bool:
    return connection.connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def finished(returned: Any) -> dict[str, Any]:
    result = returned if isinstance(returned, Result) else Result(str(returned or "Done."))
    return {
        "status": Status.COMPLETED,
        "result": result.text,
        "figures": dict(result.figures),
        # What it was at last is no news of a run that is done.
        "progress_note": "",
        "error": "",
        "finished_at": Now(),
    }


def postponed(error: NotYet) -> dict[str, Any]:
    return {
        "status": Status.PENDING,
        "error": str(error),
        "next_retry_at": Now() + NOT_YET_AGAIN_AFTER,
        # The number of the try only grows: what an earlier one still writes is known by it.
        "max_attempts": F("max_attempts") + 1,
    }


def failed(run: Run, work: Work, error: Exception) -> dict[str, Any]:
    """What the ledger says after a try that ended with `error`."""
    if work.was_cancelled:
        return {"status": Status.CANCELLED, "finished_at": Now()}
    message = readable(run, error)
    if isinstance(error, Refused) or run.attempts >= run.max_attempts:
        return {"status": Status.FAILED, "error": message, "finished_at": Now()}
    return {
        "status": Status.PENDING,
        "error": message,
        "next_retry_at": Now() + backoff(operation_named(run.operation), run.attempts),
    }


def backoff(operation: Operation, attempts: int) -> timedelta:
    """Twice as long after each try."""
    return min(operation.retry_after * 2 ** (attempts - 1), LONGEST_BACKOFF)


def readable(run: Run, error: Exception) -> str:
    """A line for a person; the traceback is in the log."""
    if isinstance(error, (Refused, Failed)):
        return str(error)
    if isinstance(error, JobTimeoutException) or isinstance(error.__cause__, QueryCanceled):
        return "It took longer than it may, and was stopped."
    if isinstance(error, OSError) and error.errno in FULL:
        return (
            f"A disk is full; the log has which under run {run.pk}. Make room, then run it again."
        )
    if isinstance(error, DatabaseError):
        if state_of(error) == DISK_FULL:
            return MOMENTS[DISK_FULL]
        return (str(error).splitlines() or [type(error).__name__])[0]
    return f"Unexpected {type(error).__name__}; the log has it under run {run.pk}."


def save_outcome(run: Run, work: Work, outcome: dict[str, Any]) -> None:
    """Compare and swap: only while the run is this try's."""
    done, total, note = work.latest_progress
    ours = Run.objects.filter(pk=run.pk, status=Status.PROCESSING, attempts=run.attempts)
    progress = {"progress_done": done, "progress_total": total, "progress_note": note}
    written = ours.update(**progress | outcome)
    if not written:
        log.warning("superseded", run=str(run.pk), attempt=run.attempts)


# --- The other connection ------------------------------------------------------------------------
class Heartbeat:
    """Beats while the work goes on, shows its progress, and passes on a wish to cancel it."""

    SQL = """
        UPDATE public.ops_run SET
            heartbeat_at = now(), progress_done = %s, progress_total = %s, progress_note = %s
        WHERE id = %s AND status = 'processing' AND attempts = %s
        RETURNING cancel_requested_at IS NOT NULL
    """
    # The pid may be another's by now: its start tells them apart.
    INTERRUPT = """
        SELECT pg_cancel_backend(pid) FROM pg_stat_activity
        WHERE pid = %s AND backend_start = %s AND state = 'active'
    """

    def __init__(self, work: Work) -> None:
        self.work = work
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self.params = connection.get_connection_params()
        self.backend = working_backend()

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def _run(self) -> None:
        while not self.over.is_set():
            try:
                with psycopg.connect(**self.params, autocommit=True) as ledger:
                    self._beat_until_over(ledger)
            except psycopg.Error as error:
                log.warning("no heartbeat", run=str(self.work.run_id), error=str(error))
                self.over.wait(BEAT_SECONDS)

    def _beat_until_over(self, ledger: psycopg.Connection[Any]) -> None:
        while not self.over.wait(BEAT_SECONDS):
            values = (*self.work.latest_progress, self.work.run_id, self.work.attempt)
            row = ledger.execute(self.SQL, values).fetchone()
            if row is None:
                self.work.stop(Superseded, lambda: self._interrupt(ledger))
            elif row[0]:
                self.work.stop(Cancelled, lambda: self._interrupt(ledger))

    def _interrupt(self, ledger: psycopg.Connection[Any]) -> None:
        ledger.execute(self.INTERRUPT, self.backend)


def working_backend() -> tuple[int, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
        )
        return cursor.fetchone()
