"""The weekly export as a warehouse reads it, week after week."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from django.db import connection

from ops.exports import warehouse
from ops.exports.warehouse import export_warehouse
from ops.models import AuditEntry, ErasedMember, PartitionArchive
from ops.registry import Export, declared
from ops.work import Refused, Result, Work
from tests.databases import own_database
from tests.quizbank.learning import ID_AT, learner, run, value

NAMES = ("members", "descriptors", "study_sessions", "learner_facts", "terms")


@pytest.fixture(scope="module")
def apart(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), own_database():
        yield


@pytest.fixture(autouse=True)
def folder(
    apart: None,
    django_db_blocker: Any,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Path]:
    """Few exports over a database of this module's own, emptied after each test."""
    settings.STEWARD_WAREHOUSE_DIR = tmp_path / "warehouse"
    few = {name: each for name, each in declared(Export).items() if name in NAMES}
    monkeypatch.setattr(warehouse, "declared", lambda kind: few)
    with django_db_blocker.unblock():
        yield tmp_path / "warehouse"
        run("TRUNCATE study_sessions, erased_members, members, ops_archive CASCADE")


def study(member: UUID, moment: str, focus: int = 60) -> UUID:
    return value(
        "INSERT INTO study_sessions (id, user_id, start_time, focus_time)"
        f" VALUES ({ID_AT}, %s, %s, %s) RETURNING id",
        moment,
        member,
        moment,
        focus,
    )


def export() -> Result:
    return export_warehouse(Work(uuid4(), "export_warehouse", "", {}, 1))


def manifest(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "manifest.json").read_text())["exports"]


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*.parquet")
    }


def duck(query: str, folder: Path, name: str) -> list[tuple[Any, ...]]:
    source = f"read_parquet('{folder}/{name}/**/*.parquet', hive_partitioning = true)"
    with duckdb.connect() as conn:
        return conn.execute(query.format(source)).fetchall()


@pytest.mark.django_db
def test_what_is_emptied_is_a_copy() -> None:
    """The mark makes the tests' database, too, of which it is one."""
    assert connection.settings_dict["NAME"].endswith("_own")


MONTHS = ("2026-08-31T23:59:00Z", "2026-09-01T00:01:00Z", "2026-10-05T12:00:00Z")


def test_months_are_folders_that_strangers_read(folder: Path) -> None:
    ada = learner()
    for moment in MONTHS:
        study(ada, moment)

    export()

    found = duck(
        "SELECT year, month, count(*) FROM {} GROUP BY ALL ORDER BY ALL", folder, "study_sessions"
    )
    assert found == [(2026, 8, 1), (2026, 9, 1), (2026, 10, 1)]
    data = ds.dataset(folder / "study_sessions", format="parquet", partitioning="hive")
    assert data.count_rows(filter=ds.field("month") == 9) == 1
    assert data.schema.field("user_id").type == pa.string()


def test_manifest_says_what_stands_there(folder: Path) -> None:
    study(learner(), MONTHS[2])
    export()

    said = manifest(folder)["study_sessions"]

    [file] = said["files"]
    path = folder / file["path"]
    assert file["path"] == "study_sessions/year=2026/month=10/study_sessions.parquet"
    assert (file["rows"], file["bytes"]) == (1, path.stat().st_size)
    assert file["sha256"] == hashes(folder)[file["path"]]
    assert said["rows"] == 1
    assert datetime.fromisoformat(said["watermark"]) == datetime(2026, 10, 5, 12, tzinfo=UTC)
    written = {field.name: str(field.type) for field in pq.read_schema(path)}
    assert {each["name"]: each["type"] for each in said["columns"]} == written
    assert set(hashes(folder)) == {
        each["path"] for dataset in manifest(folder).values() for each in dataset["files"]
    }


def test_no_type_is_one_of_postgresql_alone(folder: Path) -> None:
    study(learner(), MONTHS[2])
    export()
    plain = (pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.date32())
    for path in folder.rglob("*.parquet"):
        for field in pq.read_schema(path):
            known = field.type in plain or pa.types.is_timestamp(field.type)
            assert known or pa.types.is_list(field.type), (path, field)
            assert field.metadata is None or not any(b"extension" in k for k in field.metadata)


def test_only_months_that_changed_are_written_anew(folder: Path) -> None:
    ada = learner()
    late = [study(ada, moment) for moment in MONTHS]
    export()
    before = hashes(folder)
    stamps = {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}

    again = export()
    assert again.figures["written"] == 0
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")} == stamps

    # A late row, a correction, and a deletion: each in a month that is over.
    study(ada, "2026-08-02T00:00:00Z")
    run("UPDATE study_sessions SET focus_time = 61 WHERE id = %s", late[1])
    run("DELETE FROM study_sessions WHERE id = %s", late[2])
    third = export()

    after = hashes(folder)
    months = {path: sha for path, sha in after.items() if path.startswith("study_sessions")}
    assert third.figures["written"] == 2
    assert sorted(months) == [
        f"study_sessions/year=2026/month={m}/study_sessions.parquet" for m in (8, 9)
    ]
    assert not set(months.values()) & set(before.values())
    assert duck("SELECT sum(focus_time) FROM {}", folder, "study_sessions") == [(181,)]


def test_file_that_was_lost_is_written_again(folder: Path) -> None:
    study(learner(), MONTHS[0])
    export()
    before = hashes(folder)
    for path in folder.rglob("study_sessions.parquet"):
        path.unlink()

    assert export().figures["written"] == 1
    assert set(hashes(folder)) == set(before)


def test_personal_data_never_leaves(folder: Path) -> None:
    learner("Ada Lovelace")
    export()
    for path in folder.rglob("*"):
        if path.is_file():
            assert b"Lovelace" not in path.read_bytes()
    [dataset] = [manifest(folder)["members"]]
    assert {"display_name", "email"} & {each["name"] for each in dataset["columns"]} == set()


def test_erased_member_vanishes(folder: Path) -> None:
    ada, bob = learner(), learner("Bob")
    for member in (ada, bob):
        study(member, MONTHS[0])
    export()
    assert duck("SELECT count(*) FROM {}", folder, "members") == [(2,)]
    ErasedMember.objects.create(pk=ada)

    export()

    for name in ("members", "learner_facts"):
        column = "id" if name == "members" else "user_id"
        assert duck(f"SELECT {column} FROM {{}}", folder, name) == [(str(bob),)]
    found = duck("SELECT user_id FROM {} ORDER BY ALL", folder, "study_sessions")
    assert sorted(found, key=str) == sorted([(str(bob),), (None,)], key=str)
    assert str(ada).encode() not in b"".join(p.read_bytes() for p in folder.rglob("*.parquet"))


def test_archived_month_keeps_its_file_and_forgets_the_erased(folder: Path) -> None:
    ada, bob = learner(), learner("Bob")
    for member in (ada, bob):
        study(member, MONTHS[0])
        study(member, MONTHS[2])
    export()
    month = {"lower": datetime(2026, 8, 1, tzinfo=UTC), "upper": datetime(2026, 9, 1, tzinfo=UTC)}
    PartitionArchive.objects.create(
        table_name="study_sessions", partition_name="study_sessions_2026_08", **month
    )
    run("UPDATE ops_archive SET state = 'frozen'")
    run("DELETE FROM study_sessions WHERE start_time < '2026-09-01'")

    assert export().figures["written"] == 0
    assert duck("SELECT count(*) FROM {}", folder, "study_sessions") == [(4,)]

    ErasedMember.objects.create(pk=ada)
    run("DELETE FROM study_sessions WHERE user_id = %s", ada)
    export()

    found = duck("SELECT month, user_id FROM {} ORDER BY 1", folder, "study_sessions")
    assert found == [(8, str(bob)), (10, str(bob))]
    files = manifest(folder)["study_sessions"]["files"]
    assert [file["rows"] for file in files] == [1, 1]
    assert {file["sha256"] for file in files} <= set(hashes(folder).values())


def test_what_breaks_off_leaves_the_last_manifest_true(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study(learner(), MONTHS[0])
    export()
    before, said = hashes(folder), (folder / "manifest.json").read_bytes()
    study(learner("Bob"), MONTHS[0])
    blocks_of = warehouse.blocks_of

    def broken(conn: Any, order: Any) -> Iterator[Any]:
        if order.export.name == "study_sessions":
            yield b"half", 0
            raise OSError(28, "No space left on device")
        yield from blocks_of(conn, order)

    monkeypatch.setattr(warehouse, "blocks_of", broken)
    with pytest.raises(Refused, match="is full"):
        export()

    path = "study_sessions/year=2026/month=8/study_sessions.parquet"
    assert hashes(folder)[path] == before[path]
    now = json.loads((folder / "manifest.json").read_bytes())["exports"]["study_sessions"]
    assert now == json.loads(said)["exports"]["study_sessions"]
    monkeypatch.setattr(warehouse, "blocks_of", blocks_of)
    export()
    assert duck("SELECT count(*) FROM {}", folder, "study_sessions") == [(2,)]
    assert not (folder / ".staging").exists()


def test_each_dataset_that_changed_is_in_the_action_log(folder: Path) -> None:
    before = AuditEntry.objects.count()
    study(learner(), MONTHS[0])
    export()
    entries = AuditEntry.objects.filter(action="export", entity_id="study_sessions")
    assert [entry.details["rows"] for entry in entries.order_by("-id")[:1]] == [1]
    assert AuditEntry.objects.count() > before
    logged = AuditEntry.objects.count()
    export()
    assert AuditEntry.objects.count() == logged
