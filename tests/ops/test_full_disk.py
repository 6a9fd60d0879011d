"""A disk that fills while a run writes: it says so, leaves nothing, and goes well the next time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from ops.archive import archiving
from ops.exports.orders import Order
from ops.models import Backup, Run
from ops.registry import Export, declared
from ops.runner import perform_here
from tests.assessments.people import make_member
from tests.faults.disk import Disk
from tests.ops.archive.months import month_of

type Way = tuple[str, str, dict[str, Any]]


@pytest.fixture
def disk(transactional_db: None, tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path / "disk", 8)
    disk.mount()
    if not disk.is_real:
        pytest.skip("no tmpfs may be mounted here")
    yield disk
    disk.unmount()


def export() -> Way:
    make_member("Ada")
    order = Order(declared(Export)["members"], "parquet")
    return "prepare_export", str(order), order.parameters()


@pytest.fixture
def way(
    request: pytest.FixtureRequest, disk: Disk, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Way]:
    """(operation, target, parameters) of a run that writes to the disk, which has some room."""
    setting, operation, room = request.param
    disk.fill()
    os.truncate(disk.ballast, disk.ballast.stat().st_size - room)
    setattr(settings, setting, disk.folder / "here")
    if operation == "prepare_export":
        yield export()
    elif operation == "archive_partition":
        # There was room when it was asked.
        monkeypatch.setattr(archiving, "refuse_without_room", lambda *_: None)
        with month_of(20_000) as target:
            yield operation, target, {}
    else:
        yield operation, "", {}


@pytest.mark.parametrize(
    "way",
    [
        ("STEWARD_ARCHIVE_DIR", "archive_partition", 100_000),
        ("STEWARD_EXPORT_DIR", "prepare_export", 0),
        ("STEWARD_WAREHOUSE_DIR", "export_warehouse", 0),
        ("STEWARD_BACKUP_DIR", "back_up", 50_000),
    ],
    indirect=True,
    ids=lambda way: way[1],
)
def test_full_disk_is_said_and_nothing_is_left(way: Way, disk: Disk) -> None:
    operation, target, parameters = way
    root = User.objects.create_superuser("root")

    def tried() -> Run:
        return perform_here(operation=operation, target=target, parameters=parameters, user=root)[0]

    run = tried()

    assert run.status == "failed"
    assert run.error.startswith(f"The disk of {disk.folder / 'here'} is full: ")
    assert run.error.endswith("then run it again.")
    files = {path for path in disk.folder.rglob("*") if path.is_file()}
    assert files == {disk.ballast}
    assert [each.error for each in Backup.objects.filter(state="failed")] in ([], [run.error])

    disk.free()
    run = tried()

    assert (run.status, run.error) == ("completed", "")
    assert not [*disk.folder.rglob("*.partial")]
