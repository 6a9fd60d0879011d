"""Files that runs prepare: in parts, and what becomes of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from assessments.models import Member
from ops.exports import parts as making
from ops.exports import work as working
from ops.exports.orders import FORMATS, Format, Order
from ops.exports.parts import STATE, folder_of
from ops.exports.work import clean, path_of, prepare, void_files, why_gone
from ops.models import AuditEntry, ErasedMember, ExportFile, Run
from ops.registry import Export, declared
from ops.runs import enqueue
from ops.work import Refused, Work
from tests.ops.conftest import member_of

pytestmark = pytest.mark.usefixtures("house", "db")


class Killed(BaseException):
    """As if the process ended here."""


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.STEWARD_EXPORT_DIR = tmp_path
    settings.STEWARD_EXPORT_PART_ROWS = 5
    return tmp_path


@pytest.fixture
def olga() -> User:
    return member_of("ops", "olga")


def ordered(user: User, name: str = "members", format_name: Format = "csv") -> Work:
    order = Order(declared(Export)[name], format_name, with_personal=user.username == "olga")
    run, _ = working.order_export(order=order, user=user)
    return work_of(run)


def work_of(run: Run) -> Work:
    return Work(run.pk, run.operation, run.target, run.parameters, 1, run.requested_by_id)


def rows_of(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text().splitlines()]
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("format_name", FORMATS)
def test_parts_make_one_file(
    folder: Path, olga: User, house: list[Member], format_name: Format
) -> None:
    result = prepare(ordered(olga, format_name=format_name))

    file = ExportFile.objects.get()
    assert result.figures == {"rows": len(house), "bytes": file.bytes, "parts": 3}
    assert [each.name for each in path_of(file).parent.iterdir()] == [path_of(file).name]
    rows = rows_of(path_of(file))
    assert [row["id"] for row in rows] == sorted(str(member.pk) for member in house)
    assert {row["email"] for row in rows} >= {house[0].email}
    entry = AuditEntry.objects.get(action="export")
    assert entry.details["rows"] == len(house)
    assert entry.actor == olga


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("parts_before", [0, 1, 2])
def test_killed_work_goes_on_behind_its_last_part(
    folder: Path,
    olga: User,
    monkeypatch: pytest.MonkeyPatch,
    format_name: Format,
    parts_before: int,
) -> None:
    whole = ordered(olga, "assessment_sessions", format_name)
    prepare(whole)
    expected = rows_of(path_of(ExportFile.objects.get()))
    Run.objects.update(status="processing", started_at=timezone.now(), heartbeat_at=timezone.now())
    Run.objects.update(status="completed", finished_at=timezone.now())
    killed = ordered(olga, "assessment_sessions", format_name)
    blocks_of, calls = making.blocks_of, 0

    def dying(*args: Any, **kwargs: Any) -> Iterator[Any]:
        nonlocal calls
        calls += 1
        yield from blocks_of(*args, **kwargs)
        if calls == parts_before + 1:
            raise Killed

    monkeypatch.setattr(making, "blocks_of", dying)
    with pytest.raises(Killed):
        prepare(killed)
    assert ExportFile.objects.count() == 1
    assert (folder_of(killed.run_id) / STATE).exists() == bool(parts_before)

    prepare(killed)

    assert calls == 4
    file = ExportFile.objects.get(run=killed.run_id)
    assert rows_of(path_of(file)) == expected


def test_parts_of_before_an_erasure_are_written_anew(
    olga: User, house: list[Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    work = ordered(olga)
    monkeypatch.setattr(working, "assemble", lambda *_: (_ for _ in ()).throw(Killed()))
    with pytest.raises(Killed):
        prepare(work)
    before = json.loads((folder_of(work.run_id) / STATE).read_text())
    ErasedMember.objects.create(pk=house[0].pk)

    with pytest.raises(Killed):
        prepare(work)

    after = json.loads((folder_of(work.run_id) / STATE).read_text())
    assert after["as_of"] > before["as_of"]


def test_who_lost_the_role_gets_no_file(folder: Path, olga: User) -> None:
    work = ordered(olga)
    olga.groups.set([Group.objects.get(name="analysts")])

    with pytest.raises(Refused, match="may not export this any longer"):
        prepare(work)

    assert list(folder.iterdir()) == []


def test_full_disk_is_said(olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(making, "whole_file", full)
    with pytest.raises(Refused, match="is full"):
        prepare(ordered(olga))


def test_second_order_is_the_run_that_goes(olga: User) -> None:
    assert ordered(olga).run_id == ordered(olga).run_id
    anna = member_of("analysts", "anna")
    assert ordered(anna).run_id != ordered(olga).run_id


# --- Their end -----------------------------------------------------------------------------------
def cleaned() -> str:
    run, _ = enqueue(operation="clean_exports", deliver=False)
    return clean(work_of(run))


def test_expired_files_are_taken_away(olga: User) -> None:
    prepare(ordered(olga))
    file = ExportFile.objects.get()
    assert why_gone(file, void_files()) == ""
    ExportFile.objects.update(
        as_of=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(days=2)
    )

    assert cleaned() == "1 files taken away."

    file.refresh_from_db()
    assert not path_of(file).parent.exists()
    assert why_gone(file, set()) == "It was deleted."


def test_files_with_an_erased_member_are_void_and_taken_away(
    olga: User, house: list[Member]
) -> None:
    prepare(ordered(olga))
    ErasedMember.objects.create(pk=house[0].pk)
    file = ExportFile.objects.get()

    assert why_gone(file, void_files()) == "A member was erased since, whom the file still has."
    assert cleaned() == "1 files taken away."


def test_folders_of_lost_runs_are_taken_away_and_others_are_not(folder: Path, olga: User) -> None:
    prepare(ordered(olga))
    (folder / "019aa000-0000-7000-8000-000000000001").mkdir()
    (folder / "somebody-elses").mkdir()

    assert cleaned() == "1 files taken away."

    assert len(list(folder.iterdir())) == 2
