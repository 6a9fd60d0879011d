"""Imports in real worker processes: killed or cancelled midway, nothing of them stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection

from ops.models import Run
from ops.models.run import Status
from ops.runs import cancel_run, reap, send_lost
from quizbank.importing import confirm_import, import_file, preview_import
from quizbank.imports import order
from quizbank.models import Choice, Exam, ImportBatch, ImportItem, Question, QuestionEvent
from tests.ops.conftest import Processes, processes, wait_for

__all__ = ["processes"]

pytestmark = pytest.mark.django_db(transaction=True)
HEADER = "exam,external_id,stem,correct,choice_1,choice_2\n"
ROWS = 50


def table(answer: str) -> bytes:
    rows = (f"L,L{n},Large question {n}?,1,{answer} {n},No {n}\n" for n in range(ROWS))
    return (HEADER + "".join(rows)).encode()


@pytest.fixture
def batch(processes: Processes) -> ImportBatch:
    Exam.objects.create(code="L", title="Large")
    user = User.objects.create_superuser("imports")
    return preview_import(file_name="large.csv", data=table("Yes"), user=user)


@contextmanager
def held_up_at(table: str, run: Run) -> Iterator[None]:
    """In here the run waits for `table`, with the other tables written."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        other.cursor().execute(f"LOCK TABLE {table} IN SHARE MODE")
        wait_for(lambda: waits_for_lock(run))
        yield
    finally:
        other.rollback()
        other.close()


def waits_for_lock(run: Run) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = %s"
            " AND datname = current_database()"
            " AND wait_event_type = 'Lock' AND wait_event = 'relation')",
            [f"steward run {run.pk}"],
        )
        return bool(cursor.fetchone()[0])


def ordered(operation: str, batch: ImportBatch) -> Run:
    order(operation, batch, batch.created_by)
    return Run.objects.get(operation=operation)


def state(run: Run) -> str:
    return Run.objects.get(pk=run.pk).status


def written() -> tuple[int, int, int]:
    return Question.objects.count(), Choice.objects.count(), ImportItem.objects.count()


def test_killed_worker_leaves_nothing_and_the_next_one_imports(
    batch: ImportBatch, processes: Processes
) -> None:
    run = ordered("confirm_import", batch)
    worker = processes.worker()
    with held_up_at("import_items", run):
        processes.kill(worker)
    wait_for(lambda: reap(silent_for=timedelta(0)))
    assert (written(), QuestionEvent.objects.count()) == ((0, 0, 0), 0)

    assert send_lost(older_than=timedelta(0))
    processes.worker()
    wait_for(lambda: state(run) == Status.COMPLETED)

    assert written() == (ROWS, 2 * ROWS, ROWS)
    assert QuestionEvent.objects.count() == ROWS
    assert import_file(file_name="large.csv", data=table("Yes")).counts["unchanged"] == ROWS


def test_cancelled_import_leaves_nothing_and_can_be_ordered_again(
    batch: ImportBatch, processes: Processes
) -> None:
    run = ordered("confirm_import", batch)
    processes.worker()
    with held_up_at("import_items", run):
        wait_for(lambda: "writing" in Run.objects.get(pk=run.pk).progress_note)
        cancel_run(run=run, user=User.objects.get())
        wait_for(lambda: not waits_for_lock(run))
    wait_for(lambda: state(run) == Status.CANCELLED)
    assert written() == (0, 0, 0)

    order("confirm_import", batch, batch.created_by)
    wait_for(lambda: Question.objects.count() == ROWS)


def test_killed_undo_takes_nothing_back_and_the_next_one_all(
    batch: ImportBatch, processes: Processes
) -> None:
    batch = confirm_import(batch=batch, publish=False, user=batch.created_by)
    run = ordered("undo_import", batch)
    worker = processes.worker()
    with held_up_at("question_similarities", run):
        processes.kill(worker)
    wait_for(lambda: reap(silent_for=timedelta(0)))
    assert written() == (ROWS, 2 * ROWS, ROWS)

    assert send_lost(older_than=timedelta(0))
    processes.worker()
    wait_for(lambda: state(run) == Status.COMPLETED)
    assert written() == (0, 0, ROWS)
