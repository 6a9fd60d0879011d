"""Archive and restore of a partition beside plain COPY of the same rows."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ops.archive.conftest import connect
from tests.ops.archive.months import MONTH, do, execute, month_of

COLUMNS = "id, actor_id, actor_name, action, entity_type, entity_id, details, address"


@pytest.fixture
def rows(request: pytest.FixtureRequest) -> int:
    return 1_000_000 if request.config.getoption("benchmark_enable") else 1_000


@pytest.fixture
def month(transactional_db: None, tmp_path: Path, settings: Any, rows: int) -> Iterator[str]:
    settings.STEWARD_ARCHIVE_DIR = tmp_path
    with month_of(rows) as target:
        execute("VACUUM (ANALYZE) audit_logs")
        yield target


def seconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def copy_out(path: Path) -> None:
    copy = f"COPY public.{MONTH} ({COLUMNS}) TO STDOUT (FORMAT BINARY)"
    with (
        connect() as conn,
        conn.cursor() as cursor,
        path.open("wb") as file,
        cursor.copy(copy) as rows,  # type: ignore[call-overload]
    ):
        for block in rows:
            file.write(block)


def copy_in(path: Path) -> None:
    with connect() as conn, conn.cursor() as cursor, path.open("rb") as file:
        cursor.execute("CREATE TABLE copied (LIKE audit_logs INCLUDING ALL)")
        with cursor.copy(f"COPY copied ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as rows:
            while block := file.read(1 << 20):
                rows.write(block)
        cursor.execute("DROP TABLE copied")


def test_archive_and_restore(benchmark: Any, month: str, tmp_path: Path, rows: int) -> None:
    out = seconds(lambda: copy_out(tmp_path / "rows"))
    back = seconds(lambda: copy_in(tmp_path / "rows"))
    archive = benchmark.pedantic(lambda: seconds(lambda: do("archive_partition")), rounds=1)
    do("drop_partition", force=True)
    restore = seconds(lambda: do("restore_partition"))
    benchmark.extra_info |= {
        "rows": rows,
        "COPY out, in": f"{out:.1f} s, {back:.1f} s",
        "archive": f"{archive:.1f} s, {rows / archive:,.0f} rows/s,"
        f" {archive / (out + back):.1f} times COPY out and in",
        "restore": f"{restore:.1f} s, {rows / restore:,.0f} rows/s, {restore / back:.1f} times"
        " COPY in",
        "memory": f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB",
    }
    print(benchmark.extra_info)
    assert execute(f"SELECT count(*) FROM public.{MONTH}") == [(rows,)]
