"""What only real worker processes show: death, cancel, lost jobs, zombies."""

from __future__ import annotations

from datetime import timedelta

import django_rq
import pytest
from django.contrib.auth.models import User
from django.db import connection

from ops.models import Run, ScheduleState
from ops.models.run import Status
from ops.runner import perform
from ops.runs import cancel_run, enqueue, reap, send_lost
from tests.ops.conftest import Processes, wait_for

AT_ONCE = timedelta(0)


def state(run: Run) -> str:
    return Run.objects.get(pk=run.pk).status


def is_sleeping(run: Run) -> bool:
    """Its backend is in pg_sleep."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = %s"
            " AND datname = current_database()"
            " AND state = 'active' AND query LIKE '%%pg_sleep%%')",
            [f"steward run {run.pk}"],
        )
        return bool(cursor.fetchone()[0])


def start(operation: str, target: str = "") -> Run:
    run, created = enqueue(operation=operation, target=target)
    assert created
    return run


def test_worker_does_the_run_and_writes_how_it_went(processes: Processes) -> None:
    run = start("test_count")
    processes.worker()

    wait_for(lambda: state(run) == Status.COMPLETED)

    run.refresh_from_db()
    assert run.result == "Counted to 3."
    assert run.figures == {"to": 3}
    assert (run.progress_done, run.progress_total, run.attempts) == (3, 3, 1)
    states = [event.status for event in run.events.all()]
    assert states == [Status.PENDING, Status.PROCESSING, Status.COMPLETED]


def test_progress_shows_while_it_works(processes: Processes) -> None:
    run = start("test_stall")
    processes.worker()

    wait_for(lambda: Run.objects.get(pk=run.pk).progress_note == "stalling")


def test_killed_worker_is_reaped_and_the_run_resumed(processes: Processes) -> None:
    run = start("test_stall")
    worker = processes.worker()
    wait_for(lambda: is_sleeping(run))
    assert reap(silent_for=AT_ONCE) == [], "its lock is held"

    processes.kill(worker)
    wait_for(lambda: reap(silent_for=AT_ONCE))
    assert send_lost(older_than=AT_ONCE) == [Run.objects.get(pk=run.pk)]
    processes.worker()
    wait_for(lambda: state(run) == Status.COMPLETED)

    run.refresh_from_db()
    assert run.attempts == 2
    events = [(event.status, event.note) for event in run.events.all()]
    assert ("pending", "The worker that did it died.") in events


def test_flushed_redis_is_filled_again(processes: Processes) -> None:
    run = start("test_count")
    django_rq.get_connection("normal").flushdb()

    sent = send_lost(older_than=AT_ONCE)

    assert sent == [run]
    assert send_lost(older_than=AT_ONCE) == [], "it is in the queue now"
    processes.worker()
    wait_for(lambda: state(run) == Status.COMPLETED)


def test_cancel_stops_the_statement_and_leaves_nothing_half_done(
    processes: Processes, ops_user: User
) -> None:
    run = start("test_half")
    processes.worker()
    wait_for(lambda: is_sleeping(run))

    cancel_run(run=run, user=ops_user)
    wait_for(lambda: state(run) == Status.CANCELLED)

    run.refresh_from_db()
    assert run.error == "Cancelled by olga."
    assert not ScheduleState.objects.filter(name="half").exists()


def test_cancel_waits_for_a_shielded_step(processes: Processes, ops_user: User) -> None:
    run = start("test_shield")
    processes.worker()
    wait_for(lambda: Run.objects.get(pk=run.pk).progress_note == "shielded")

    cancel_run(run=run, user=ops_user)
    wait_for(lambda: state(run) == Status.CANCELLED)

    assert ScheduleState.objects.filter(name="protected").exists()


def test_zombie_cannot_overwrite(processes: Processes) -> None:
    """The ledger gives the run away while its first worker still lives."""
    run = start("test_stall")
    processes.worker()
    wait_for(lambda: is_sleeping(run))

    Run.objects.filter(pk=run.pk).update(status=Status.PENDING)
    Run.objects.filter(pk=run.pk).update(
        status=Status.PROCESSING, attempts=2, heartbeat_at=run.created_at
    )
    wait_for(lambda: not is_sleeping(run))

    wait_for(lambda: not lock_is_held(run))
    run.refresh_from_db()
    assert (run.status, run.attempts, run.error) == (Status.PROCESSING, 2, "")
    assert run.heartbeat_at == run.created_at


def lock_is_held(run: Run) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
            " AND (classid::bigint << 32 | objid::bigint) = run_lock_key(%s, %s))",
            [run.operation, run.target],
        )
        return bool(cursor.fetchone()[0])


def test_lock_is_free_at_once_when_the_run_is_done(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, _ = enqueue(operation="test_count", deliver=False)
    with monkeypatch.context() as patched:
        # The server ends the session of a closed connection a moment later.
        patched.setattr(connection, "close", lambda: None)
        perform(run.pk)
        assert not lock_is_held(run)
    assert state(run) == Status.COMPLETED


def test_two_tickers_make_one_run(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    ScheduleState.objects.create(name="discard-old-previews", since="2026-01-01T00:00Z")
    tickers = [processes.start("tick", "--once") for _ in range(2)]

    assert [ticker.wait(300) for ticker in tickers] == [0, 0]

    assert Run.objects.filter(operation="discard_old_previews").count() == 1
