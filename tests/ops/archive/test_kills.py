"""A worker that is killed at each step of archive and restore: the next one goes on from there.

`python -m tests.faults` does the same at random moments, and to the servers.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ops.models import PartitionArchive, Run
from ops.models.run import Status
from ops.runner import perform
from ops.runs import enqueue, reap, send_lost
from tests.ops.archive.months import MONTH, TARGET, do, execute, rows_of_2020
from tests.ops.conftest import Processes, wait_for

AT_ONCE = timedelta(0)
ARCHIVE = ("detached", "frozen", "written", "exported", "verified", "held")
RESTORE = ("loaded", "attached")


def kill_at(
    processes: Processes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, operation: str, step: str
) -> Run:
    """The run, brought to its end by another process after its worker died at `step`."""
    marker = tmp_path / "stalled"
    monkeypatch.setenv("STALL_AT", step)
    monkeypatch.setenv("STALL_MARKER", str(marker))
    parameters = {} if operation == "restore_partition" else {"force": True}
    run, _ = enqueue(operation=operation, target=TARGET, parameters=parameters)
    worker = processes.worker()
    wait_for(marker.exists)
    processes.kill(worker)
    monkeypatch.delenv("STALL_AT")
    wait_for(lambda: reap(silent_for=AT_ONCE))
    assert send_lost(older_than=AT_ONCE)
    perform(run.pk)
    run.refresh_from_db()
    return run


@pytest.fixture(autouse=True)
def archive_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STEWARD_ARCHIVE_DIR", str(tmp_path))


@pytest.mark.parametrize("step", ARCHIVE)
def test_archive_goes_on_where_a_worker_died(
    old_month: str,
    processes: Processes,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    step: str,
) -> None:
    before = rows_of_2020()

    run = kill_at(processes, monkeypatch, tmp_path, "archive_partition", step)

    assert (run.status, run.attempts, run.error) == (Status.COMPLETED, 2, "")
    assert PartitionArchive.objects.get().state == "held"
    assert execute(f"SELECT count(*) FROM steward_archive.{MONTH}") == [(500,)]
    assert do("restore_partition").status == Status.COMPLETED
    assert rows_of_2020() == before


@pytest.mark.parametrize("step", RESTORE)
def test_restore_goes_on_where_a_worker_died(
    old_month: str,
    processes: Processes,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    step: str,
) -> None:
    before = rows_of_2020()
    do("archive_partition")
    do("drop_partition", force=True)

    run = kill_at(processes, monkeypatch, tmp_path, "restore_partition", step)

    assert (run.status, run.attempts, run.error) == (Status.COMPLETED, 2, "")
    assert rows_of_2020() == before


def test_drop_is_done_once_when_a_worker_dies_after_it(
    old_month: str, processes: Processes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    do("archive_partition")

    run = kill_at(processes, monkeypatch, tmp_path, "drop_partition", "gone")

    assert (run.status, run.result) == (Status.COMPLETED, f"{MONTH} is dropped already.")


def test_two_clicks_at_once_make_one_run(old_month: str) -> None:
    order: dict[str, Any] = {"operation": "archive_partition", "target": TARGET}
    first, made = enqueue(**order)
    again, made_again = enqueue(**order)
    assert (made, made_again) == (True, False)
    assert first == again
