"""The operations on partitions, through the ledger, on the action log's own table."""

from __future__ import annotations

from typing import Any

import pytest

from ops.models import PartitionArchive
from ops.models.run import Status
from ops.runner import perform_here
from ops.work import Cancelled, Work
from tests.ops.archive.conftest import connect
from tests.ops.archive.months import MONTH, do, execute, rows_of_2020


def test_a_month_of_the_action_log_goes_and_comes_back(old_month: str) -> None:
    before = rows_of_2020()

    archived = do("archive_partition")
    assert archived.error == ""
    assert archived.result == f"500 rows of {MONTH} are archived and held."
    progress = (archived.progress_done, archived.progress_total, archived.progress_note)
    assert progress == (500, 500, "")
    assert rows_of_2020() == (0, None)
    assert do("verify_archive").status == Status.COMPLETED
    assert "is held until" in do("drop_partition").error
    assert do("drop_partition", force=True).error == ""
    assert do("restore_partition").error == ""

    assert rows_of_2020() == before
    assert "back already" in do("restore_partition").result


def test_what_nobody_declares_is_refused(old_month: str) -> None:
    run, _ = perform_here(operation="archive_partition", target="auth_user.auth_user")
    assert run.status == Status.FAILED
    assert run.error == "No app declares a partitioned table named auth_user."


def test_the_current_month_is_refused(old_month: str) -> None:
    [[current]] = execute(
        "SELECT tableoid::regclass::text FROM audit_logs WHERE id > public.uuid_floor(now() - "
        "interval '1 day') LIMIT 1"
    ) or [["audit_logs_" + execute("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')")[0][0]]]
    run, _ = perform_here(operation="archive_partition", target=f"audit_logs.{current}")
    assert "is still being written" in run.error


def test_a_table_that_another_run_holds_waits_its_turn(old_month: str) -> None:
    key = "hashtextextended('partitions of audit_logs', 0)"
    with connect() as other:
        other.execute(f"SELECT pg_advisory_lock({key})")  # type: ignore[arg-type]
        run = do("archive_partition")
    assert (run.status, run.error) == (
        Status.PENDING,
        "Another run works on a partition of audit_logs.",
    )
    assert not PartitionArchive.objects.exists()


@pytest.mark.parametrize("note", ["Detaching", "Writing the file", "Reading the file back"])
def test_cancelled_archive_puts_the_rows_back(
    old_month: str, monkeypatch: pytest.MonkeyPatch, note: str
) -> None:
    before = rows_of_2020()
    plain = Work.progress

    def cancel_at(self: Work, done: Any = None, total: Any = None, said: str = "") -> None:
        if said == note and not self.was_cancelled:
            self.stop(Cancelled, lambda: None)
        plain(self, done, total, said)

    monkeypatch.setattr(Work, "progress", cancel_at)
    assert do("archive_partition").status == Status.CANCELLED
    assert rows_of_2020() == before
    assert PartitionArchive.objects.get().state in ("restored", "cancelled")
