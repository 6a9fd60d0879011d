"""A worker that is killed in the middle of a move: the next one goes on, and nothing is twice."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from ops.models.run import Status
from ops.runner import perform
from ops.runs import enqueue, reap
from tests.flavors.moving.flat import NAME, add, here, make_flat, move, run, there, watches
from tests.ops.archive.test_kills import AT_ONCE
from tests.ops.conftest import Processes, wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("step", ["batch_written", "batch_kept", "proved"])
def test_a_move_goes_on_where_a_worker_died(
    member: UUID,
    processes: Processes,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    step: str,
) -> None:
    make_flat(member, 60)
    marker = tmp_path / "stalled"
    monkeypatch.setenv("STALL_AT", step)
    monkeypatch.setenv("STALL_MARKER", str(marker))
    order, _ = enqueue(
        operation="migrate_to_partitioned_table",
        target="flavor_descriptors",
        parameters={"source": NAME, "batch_size": 25},
    )
    worker = processes.worker()
    wait_for(marker.exists)
    # What dies with the worker, or stays, is seen by nobody until the next one comes.
    run(f"UPDATE {NAME} SET descriptor_text = 'Meanwhile' WHERE id < %s", f"{5:032x}")
    processes.kill(worker)
    monkeypatch.delenv("STALL_AT")
    run(f"DELETE FROM {NAME} WHERE id = %s", f"{9:032x}")
    add(member, 0)
    assert watches() == 5

    wait_for(lambda: reap(silent_for=AT_ONCE))
    perform(order.pk)

    order.refresh_from_db()
    assert (order.status, order.attempts, order.error) == (Status.COMPLETED, 2, "")
    assert here() == there()
    assert (move().moved_count, watches()) == (60, 0)
