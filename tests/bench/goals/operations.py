"""Archive beside COPY (issue 3), and export beside psql's (issue 7), each in a process of its own.

The archive commits: a month of 2020 in the action log, which goes again.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from config.services.postgres import _binaries
from ops.exports.downloading import Download
from ops.exports.orders import Order
from ops.exports.reading import reading_address
from ops.registry import Export, declared
from tests.bench import loading
from tests.bench.goals.goal import Beside, Figure, Goal
from tests.bench.measuring import one, seconds
from tests.ops.archive.conftest import connect
from tests.ops.archive.months import MONTH, execute, month_of
from tests.ops.conftest import database_url

# The peak that getrusage knows is that of whoever started it, too.
BEGIN = """
import sys, time, django; django.setup()
def peak():
    lines = dict(line.split(":") for line in open("/proc/self/status"))
    return int(lines["VmHWM"].split()[0]) // 1024
"""
ARCHIVE = f"""{BEGIN}
from tests.ops.archive.months import do
def timed(operation, **parameters):
    began = time.perf_counter()
    run = do(operation, **parameters)
    assert run.status == "completed", run.error
    return time.perf_counter() - began
archive, memory = timed("archive_partition"), peak()
timed("drop_partition", force=True)
print(archive, timed("restore_partition"), memory)
"""
EXPORT = f"""{BEGIN}
from django.core.management import call_command
import ops.exports.files
call_command("export", *sys.argv[1:])
print(peak())
"""


def apart(program: str, *arguments: str, folder: str) -> list[float]:
    """The figures that a process prints which does this alone."""
    found = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=os.environ
        | {
            "DATABASE_URL": database_url(),
            "LOG_LEVEL": "ERROR",
            "STEWARD_ARCHIVE_DIR": folder,
            "PYTHONPATH": os.pathsep.join([os.getcwd(), os.environ.get("PYTHONPATH", "")]),
        },
        capture_output=True,
        text=True,
    )
    if found.returncode:
        raise RuntimeError(found.stderr.strip().splitlines()[-1])
    return [float(each) for each in found.stdout.splitlines()[-1].split()]


# --- Archive -------------------------------------------------------------------------------------
COLUMNS = "id, actor_id, actor_name, action, entity_type, entity_id, details, address"


@dataclass(frozen=True)
class Archived:
    """Seconds, and megabytes of the process that archived."""

    rows: int
    copy_out: float
    copy_in: float
    archive: float
    restore: float
    memory: float


@cache
def archived() -> Archived:
    rows = loading.scaled(1_000_000, 1_000)
    with tempfile.TemporaryDirectory() as folder, month_of(rows):
        execute("VACUUM (ANALYZE) audit_logs")
        path = Path(folder) / "rows"
        out, back = seconds(partial(copy_out, path)), seconds(partial(copy_in, path))
        archive, restore, memory = apart(ARCHIVE, folder=folder)
        if execute(f"SELECT count(*) FROM public.{MONTH}") != [(rows,)]:
            raise RuntimeError("Rows are missing after the restore.")
    return Archived(rows, out, back, archive, restore, memory)


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
    """Into a table with the same indexes."""
    with connect() as conn, conn.cursor() as cursor, path.open("rb") as file:
        cursor.execute("CREATE TABLE copied (LIKE audit_logs INCLUDING ALL)")
        with cursor.copy(f"COPY copied ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as rows:
            while block := file.read(1 << 20):
                rows.write(block)
        cursor.execute("DROP TABLE copied")


# --- Export --------------------------------------------------------------------------------------
# The best of so many: the ratio of two, each of which something may have disturbed.
ROUNDS = 2


@cache
def copied_by_psql() -> float:
    """Seconds: the wall, because psql and the server share the work."""
    columns = ", ".join(declared(Export)["answers"].columns)
    with tempfile.TemporaryDirectory() as folder:
        copy = f"\\copy (SELECT {columns} FROM answers) TO '{folder}/rows' (FORMAT csv, HEADER)"
        command = [str(_binaries() / "psql"), "-qX", reading_address(), "-c", copy]
        return min(seconds(lambda: subprocess.run(command, check=True)) for _ in range(ROUNDS))


def streamed(format_name: Any) -> float:
    """Seconds from the click to the last byte."""
    order = Order(declared(Export)["answers"], format_name, with_personal=True)

    def write() -> None:
        download = Download(order=order, user=None)
        try:
            with tempfile.TemporaryFile() as file:
                for block in download:
                    file.write(block)
        finally:
            download.close()

    return min(seconds(write) for _ in range(ROUNDS))


def beside_psql(format_name: str) -> Figure:
    return one(streamed(format_name) / copied_by_psql())


def grown(format_name: str) -> Figure:
    """Megabytes more with all answers than without any."""
    with tempfile.TemporaryDirectory() as folder:
        given = ("answers", "--format", format_name, "--output")
        [few] = apart(EXPORT, *given, f"{folder}/few", "--until", "2000-01-01", folder=folder)
        [every] = apart(EXPORT, *given, f"{folder}/all", folder=folder)
    return one(max(every - few, 0))


GOALS = (
    Goal(
        "archive with its proof, of COPY out and in",
        3,
        4,
        lambda: one(archived().archive / (archived().copy_out + archived().copy_in)),
        unit="x",
    ),
    Goal(
        "archive of 1,000,000 rows",
        3,
        None,
        lambda: one(archived().archive),
        unit="s",
        limit=Beside("COPY", lambda: one(archived().copy_out)),
    ),
    Goal(
        "restore of 1,000,000 rows",
        3,
        None,
        lambda: one(archived().restore),
        unit="s",
        limit=Beside("COPY", lambda: one(archived().copy_in)),
    ),
    Goal("memory of an archive", 3, 400, lambda: one(archived().memory), unit="MB"),
    Goal("export of answers, of psql's copy", 7, 1.5, partial(beside_psql, "csv"), unit="x"),
    # A row group of Parquet, however many there are.
    Goal("memory of a CSV export, more for all rows", 7, 120, partial(grown, "csv"), unit="MB"),
    Goal("memory of Parquet, more for all rows", 7, 120, partial(grown, "parquet"), unit="MB"),
)
