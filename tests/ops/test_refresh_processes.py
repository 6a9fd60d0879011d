"""Refreshes in real workers: at the same moment, and cancelled in the middle."""

from __future__ import annotations

import psycopg
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection

from ops.matviews import start_refreshes
from ops.models import Run, ViewStatus
from ops.models.run import Status
from ops.runs import cancel_run
from tests.ops.conftest import Processes, database_url, wait_for

VIEW = "category_statistics"


def is_waiting(run: Run) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = %s"
            " AND wait_event_type = 'Lock')",
            [f"steward run {run.pk}"],
        )
        return bool(cursor.fetchone()[0])


def test_two_commands_at_once_refresh_once(processes: Processes) -> None:
    """A lock on a table that the view reads holds the first up until the second has come."""
    with psycopg.connect(database_url()) as other:
        other.execute("LOCK TABLE exams IN ACCESS EXCLUSIVE MODE")
        first = processes.start("refresh", VIEW)
        run = wait_for(lambda: Run.objects.filter(operation="refresh").first())
        wait_for(lambda: is_waiting(run))
        second = processes.start("refresh", VIEW)
        assert second.wait(300) == 0

    assert first.wait(300) == 0
    run = Run.objects.get(operation="refresh")
    assert (run.status, run.attempts) == (Status.COMPLETED, 1)


def test_cancelled_refresh_leaves_the_view_as_it_was(processes: Processes, ops_user: User) -> None:
    call_command("load_demo")
    before = ViewStatus.objects.get(pk=VIEW)
    [(run, _)] = start_refreshes(names=[VIEW], user=ops_user)
    with psycopg.connect(database_url()) as other:
        other.execute("LOCK TABLE exams IN ACCESS EXCLUSIVE MODE")
        processes.worker()
        wait_for(lambda: is_waiting(run))

        cancel_run(run=run, user=ops_user)
        wait_for(lambda: Run.objects.get(pk=run.pk).status == Status.CANCELLED)

    assert ViewStatus.objects.get(pk=VIEW).last_refresh == before.last_refresh
