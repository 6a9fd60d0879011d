"""A partition leaves its table and comes back, row for row."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from psycopg import errors

from ops.archive import archiving, manifest
from ops.archive.archiving import archive_partition, drop_partition, folder_of
from ops.archive.catalog import ArchiveError
from ops.archive.restoring import restore_partition
from ops.models import PartitionArchive
from tests.ops.archive.conftest import (
    NEIGHBOUR,
    OLD,
    ROWS,
    TABLE,
    connect,
    fill,
    make_partition,
    quiet,
    rows_and_sum,
    start,
)

pytestmark = pytest.mark.django_db(transaction=True)
type Conn = psycopg.Connection[Any]


def data_path(archive: PartitionArchive) -> Path:
    return folder_of(archive) / manifest.FILE


def test_archive_takes_the_partition_out_and_holds_it(conn: Conn, table: str) -> None:
    before = rows_and_sum(conn, OLD)
    archive = start(conn)

    said = archive_partition(conn, archive, quiet)

    archive.refresh_from_db()
    assert (archive.state, archive.row_count) == ("held", ROWS)
    assert said == f"{ROWS} rows of {OLD} are archived and held."
    assert rows_and_sum(conn, f"steward_archive.{OLD}") == before
    assert rows_and_sum(conn, TABLE)[0] == ROWS


@pytest.mark.parametrize("is_dropped", [False, True])
def test_restore_brings_back_the_same_rows(conn: Conn, table: str, is_dropped: bool) -> None:
    before = rows_and_sum(conn, TABLE)
    archive = start(conn)
    archive_partition(conn, archive, quiet)
    if is_dropped:
        drop_partition(conn, archive, force=True)

    restore_partition(conn, archive, quiet)

    assert rows_and_sum(conn, TABLE) == before
    assert "back already" in restore_partition(conn, archive, quiet)
    assert rows_and_sum(conn, TABLE) == before


def test_restored_partition_is_like_its_neighbour(conn: Conn, held: PartitionArchive) -> None:
    drop_partition(conn, held, force=True)
    restore_partition(conn, held, quiet)

    def shape(name: str) -> list[str]:
        rows = conn.execute(
            "SELECT regexp_replace(indexdef, 'INDEX \\S+ ', '') FROM pg_indexes"
            " WHERE tablename = %(name)s"
            " UNION ALL SELECT unnest(reloptions) FROM pg_class WHERE oid = %(name)s::regclass"
            " UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = %(name)s::regclass",
            {"name": name},
        ).fetchall()
        return sorted(re.sub(r"'2024[^']*'", "…", text.replace(name, "x")) for (text,) in rows)

    assert shape(OLD) == shape(NEIGHBOUR)


def test_restored_partition_takes_writes_again(conn: Conn, held: PartitionArchive) -> None:
    restore_partition(conn, held, quiet)

    assert conn.execute(f"DELETE FROM {TABLE} WHERE n = 1").rowcount == 2  # type: ignore[arg-type]


def test_archive_again_after_a_restore(conn: Conn, held: PartitionArchive) -> None:
    restore_partition(conn, held, quiet)

    second = start(conn)
    archive_partition(conn, second, quiet)

    assert second.pk != held.pk
    assert second.state == "held"


@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET n = 0"])
def test_held_rows_refuse_every_write(conn: Conn, held: PartitionArchive, statement: str) -> None:
    with pytest.raises(errors.RaiseException, match="is frozen for the archive"):
        conn.execute(statement.format(f"steward_archive.{OLD}"))  # type: ignore[arg-type]


def test_strangers_read_the_file_without_us(conn: Conn, held: PartitionArchive) -> None:
    path = str(data_path(held))
    ours = conn.execute(
        "SELECT count(*), sum(n), sum(price), min(created_at), count(name), sum(counts[1])"
        f" FROM steward_archive.{OLD}"  # type: ignore[arg-type]
    ).fetchone()
    theirs = (
        duckdb.connect()
        .execute(
            "SELECT count(*), sum(n), sum(price::decimal(12, 4)), min(created_at), count(name),"
            " sum(counts[1]) FROM read_parquet(?)",
            [path],
        )
        .fetchone()
    )

    assert theirs == ours


@pytest.mark.parametrize(
    ("partition", "options", "why"),
    [
        ("nothing_here", {}, "is no partition of"),
        (OLD, {"keep_months": 1_200}, "is kept until 2124-02-01"),
        (OLD, {"keep_months": None}, "is kept for ever"),
        ("gathered_future", {}, "is still being written"),
    ],
)
def test_refused_with_the_reason(
    conn: Conn, table: str, partition: str, options: dict[str, Any], why: str
) -> None:
    make_partition(conn, "gathered_future", "2024-03-01", "2124-01-01")

    with pytest.raises(ArchiveError, match=why):
        start(conn, partition, **options)

    assert not PartitionArchive.objects.exists()


def test_force_takes_what_is_inside_the_retention(conn: Conn, table: str) -> None:
    assert start(conn, keep_months=1_200, force=True).state == "detaching"


def test_no_room_no_archive(conn: Conn, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 1

    monkeypatch.setattr(archiving.shutil, "disk_usage", lambda _: Usage)

    with pytest.raises(ArchiveError, match="make room first"):
        start(conn)


def test_drop_waits_for_the_hold(conn: Conn, held: PartitionArchive) -> None:
    with pytest.raises(ArchiveError, match="is held until"):
        drop_partition(conn, held)


def test_drop_is_refused_when_rows_changed_since(conn: Conn, held: PartitionArchive) -> None:
    conn.execute(f"DROP TRIGGER steward_frozen ON steward_archive.{OLD}")  # type: ignore[arg-type]
    conn.execute(f"UPDATE steward_archive.{OLD} SET n = 0 WHERE n = 1")  # type: ignore[arg-type]

    with pytest.raises(ArchiveError, match="changed since the export"):
        drop_partition(conn, held, force=True)

    assert rows_and_sum(conn, f"steward_archive.{OLD}")[0] == ROWS


def test_drop_is_refused_without_the_file(conn: Conn, held: PartitionArchive) -> None:
    data_path(held).unlink()

    with pytest.raises(ArchiveError, match="is gone"):
        drop_partition(conn, held, force=True)


def test_damaged_file_is_not_restored(conn: Conn, held: PartitionArchive) -> None:
    drop_partition(conn, held, force=True)
    with data_path(held).open("r+b") as file:
        file.seek(200)
        file.write(b"xxxx")

    with pytest.raises(ArchiveError, match="its hash differs"):
        restore_partition(conn, held, quiet)

    assert held.state == "dropped"


def test_file_that_fails_its_proof_is_written_again(
    conn: Conn, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = start(conn)
    with monkeypatch.context() as patch:
        patch.setattr(archiving, "hold", lambda *_: None)
        archiving.detach_and_freeze(conn, archive, quiet)
        archiving.export(conn, archive, quiet)
    data_path(archive).write_bytes(b"not what was written")

    with pytest.raises(ArchiveError, match="hash differs"):
        archive_partition(conn, archive, quiet)
    assert archive.state == "frozen"
    archive_partition(conn, archive, quiet)

    assert archive.state == "held"


def test_restore_is_refused_where_other_rows_stand_now(conn: Conn, held: PartitionArchive) -> None:
    make_partition(conn, "gathered_between", "2024-01-10", "2024-01-20")

    with pytest.raises(ArchiveError, match="gathered_between covers the same time"):
        restore_partition(conn, held, quiet)


def test_restore_is_refused_when_the_columns_changed(conn: Conn, held: PartitionArchive) -> None:
    conn.execute(f"ALTER TABLE {TABLE} ADD COLUMN extra text, ALTER COLUMN n TYPE bigint")  # type: ignore[arg-type]

    with pytest.raises(ArchiveError, match="extra was added since; n was integer and is bigint"):
        restore_partition(conn, held, quiet)


@pytest.mark.parametrize("is_dropped", [False, True])
def test_restored_rows_follow_the_rules_of_today(conn: Conn, table: str, is_dropped: bool) -> None:
    before = rows_and_sum(conn, TABLE)
    conn.execute(f"ALTER TABLE {TABLE} ADD CONSTRAINT n_is_known CHECK (n < 1000)")  # type: ignore[arg-type]
    archive = start(conn)
    archive_partition(conn, archive, quiet)
    if is_dropped:
        drop_partition(conn, archive, force=True)
    conn.execute(
        f"ALTER TABLE {TABLE} DROP CONSTRAINT n_is_known,"  # type: ignore[arg-type]
        " ADD CONSTRAINT n_is_known CHECK (n < 2000), ADD CONSTRAINT n_is_more CHECK (n > 0)"
    )

    restore_partition(conn, archive, quiet)

    assert rows_and_sum(conn, TABLE) == before
    rules = "SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
    assert conn.execute(
        f"{rules} WHERE conrelid = %s::regclass AND coninhcount = 1 AND contype = 'c'"  # type: ignore[arg-type]
        " ORDER BY conname",
        [OLD],
    ).fetchall() == [
        ("n_is_known", "CHECK ((n < 2000))", True),
        ("n_is_more", "CHECK ((n > 0))", True),
    ]


@pytest.mark.parametrize("is_dropped", [False, True])
def test_rows_that_break_a_rule_of_today_say_so(
    conn: Conn, held: PartitionArchive, is_dropped: bool
) -> None:
    if is_dropped:
        drop_partition(conn, held, force=True)
    state = held.state
    conn.execute(f"DELETE FROM {TABLE} WHERE n = 13")  # type: ignore[arg-type]
    conn.execute(f"ALTER TABLE {TABLE} ADD CONSTRAINT no_13 CHECK (n <> 13)")  # type: ignore[arg-type]

    with pytest.raises(ArchiveError, match=r"break the rule no_13 of gathered.*\(\(n <> 13\)\)"):
        restore_partition(conn, held, quiet)
    assert held.state == state
    conn.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT no_13")  # type: ignore[arg-type]
    restore_partition(conn, held, quiet)

    assert rows_and_sum(conn, OLD)[0] == ROWS


def test_detach_waits_for_a_reader_and_writes_go_on_beside(
    conn: Conn, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader keeps the parent open through the first attempts, then lets go."""
    monkeypatch.setattr(archiving, "LOCK_TIMEOUT", "100ms")
    notes: list[str] = []
    with connect() as reader:
        reader.autocommit = False
        reader.execute(f"SELECT count(*) FROM {TABLE}")  # type: ignore[arg-type]

        def watch(done: int, total: int, note: str) -> None:
            notes.append(note)
            if note == "Detaching, attempt 3":
                fill(conn2, "2024-02-10", 50)
                reader.rollback()

        with connect() as conn2:
            archive = start(conn)
            archive_partition(conn, archive, watch)

    assert "Detaching, attempt 3" in notes
    assert archive.state == "held"
    assert rows_and_sum(conn, TABLE)[0] == ROWS + 50


def test_detach_gives_up_with_a_reason_and_can_be_taken_back(
    conn: Conn, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archiving, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(archiving, "LOCK_ATTEMPTS", 2)
    before = rows_and_sum(conn, TABLE)
    archive = start(conn)
    with connect() as reader:
        reader.autocommit = False
        reader.execute(f"SELECT count(*) FROM {TABLE}")  # type: ignore[arg-type]
        with pytest.raises(ArchiveError, match="Other transactions hold"):
            archive_partition(conn, archive, quiet)

    restore_partition(conn, archive, quiet)

    assert rows_and_sum(conn, TABLE) == before
    assert archive.state in ("restored", "cancelled")


def test_empty_partition_goes_and_comes_back(conn: Conn, table: str) -> None:
    make_partition(conn, "gathered_empty", "2023-01-01", "2023-02-01")
    archive = start(conn, "gathered_empty")
    archive_partition(conn, archive, quiet)
    drop_partition(conn, archive, force=True)

    restore_partition(conn, archive, quiet)

    assert archive.row_count == 0
    assert rows_and_sum(conn, "gathered_empty")[0] == 0
