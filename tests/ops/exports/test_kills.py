"""A worker that is killed in the middle of an export: the next one goes on from there."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ops.exports import work
from ops.exports.parts import STATE, folder_of
from ops.exports.work import path_of
from ops.models import ExportFile, Run
from ops.models.run import Status
from ops.runner import perform
from ops.runs import enqueue, reap, send_lost
from tests.assessments.people import make_member
from tests.ops.conftest import Processes, member_of, wait_for

AT_ONCE = timedelta(0)
ORDER = {"export": "members", "format": "jsonl", "personal": True}


def keys_of(run: Run) -> list[str]:
    path = path_of(ExportFile.objects.get(run=run))
    return [json.loads(line)["id"] for line in path.read_text().splitlines()]


def in_small_parts(monkeypatch: pytest.MonkeyPatch, folder: Path, marker: Path) -> None:
    """Here and in the worker, which stops after the first of them."""
    environment = {
        "STEWARD_EXPORT_DIR": str(folder),
        "STEWARD_EXPORT_PART_ROWS": "4",
        "STALL_AT": "part_written",
        "STALL_MARKER": str(marker),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("django.conf.settings.STEWARD_EXPORT_DIR", folder)
    monkeypatch.setattr("django.conf.settings.STEWARD_EXPORT_PART_ROWS", 4)


def test_export_goes_on_behind_the_last_part(
    processes: Processes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    marker = tmp_path / "stalled"
    in_small_parts(monkeypatch, tmp_path, marker)
    members = sorted(str(make_member(f"Member {n}").pk) for n in range(10))
    olga = member_of("ops", "olga")
    run, _ = enqueue(operation="prepare_export", target="x", parameters=ORDER, user=olga)

    worker = processes.worker()
    wait_for(marker.exists)
    processes.kill(worker)
    first = folder_of(run.pk) / "part-000000.jsonl"
    made_at = first.stat().st_mtime_ns
    state = json.loads((folder_of(run.pk) / STATE).read_text())
    (half := folder_of(run.pk) / ".part-000001.jsonl.half.partial").touch()
    wait_for(lambda: reap(silent_for=AT_ONCE))
    assert send_lost(older_than=AT_ONCE)
    kept: list[int] = []
    assemble = work.assemble

    def noting(*given: Any) -> Path:
        kept.append(first.stat().st_mtime_ns)
        return assemble(*given)

    monkeypatch.setattr(work, "assemble", noting)
    perform(run.pk)

    run.refresh_from_db()
    assert (run.status, run.attempts, run.error) == (Status.COMPLETED, 2, "")
    assert not half.exists()
    assert (len(state["written"]), kept) == (1, [made_at])
    assert keys_of(run) == members
