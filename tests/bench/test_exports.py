"""Five million answers out as files, beside `psql \\copy` of the same columns.

    uv run pytest tests/bench/test_exports.py -n 0 --benchmark-enable

EXPORT_ANSWERS=1000000 makes it shorter. Memory is the peak of a process of its own, which does
nothing but export: with all rows, and with a hundredth of them.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from config.services.postgres import _binaries
from ops.exports.downloading import Download
from ops.exports.orders import FORMATS, Format, Order
from ops.exports.reading import reading_address
from ops.registry import Export, declared
from quizbank.models import Exam
from tests.bench.figures import tell
from tests.bench.filling.answers import answer_exam
from tests.bench.filling.bank import fill
from tests.databases import own_database
from tests.ops.conftest import database_url
from tests.quizbank.learning import run, value

WANTED = int(os.environ.get("EXPORT_ANSWERS", "5000000"))
MARGIN = 1.5
# Beside what the process has without a row: a row group of Parquet, however many there are.
MORE_MB = 120
PROGRAM = """
import sys, django; django.setup()
from django.core.management import call_command
import ops.exports.files
call_command("export", *sys.argv[1:])
# The peak that getrusage knows is that of whoever started it, too.
lines = dict(line.split(":") for line in open("/proc/self/status"))
print(int(lines["VmHWM"].split()[0]) // 1024)
"""


@pytest.fixture(scope="module")
def answers(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[int]:
    """How many there are."""
    is_measured = request.config.getoption("benchmark_enable")
    with django_db_blocker.unblock(), own_database():
        fill(1_000)
        exam = Exam.objects.get(code="B1").pk
        if is_measured:
            answer_exam(exam=exam, sessions=WANTED // 50)
        else:
            answer_exam(exam=exam, sessions=20, length=10, pool=50, members=20)
        run("VACUUM (ANALYZE) answers")
        yield value("SELECT count(*) FROM answers")


def answers_as(format_name: Format) -> Order:
    return Order(declared(Export)["answers"], format_name, with_personal=True)


def psql(path: Path) -> float:
    """Seconds of `\\copy`: the wall, because psql and the server share the work."""
    columns = ", ".join(declared(Export)["answers"].columns)
    program = _binaries() / "psql"
    began = perf_counter()
    subprocess.run(
        [program, "-qX", reading_address(), "-c",
         f"\\copy (SELECT {columns} FROM answers) TO '{path}' (FORMAT csv, HEADER)"],
        check=True,
    )  # fmt: skip
    return perf_counter() - began


def streamed(format_name: Format, path: Path) -> tuple[float, float]:
    """Seconds on the wall and of this process, from the click to the last byte."""
    began, before = perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    download = Download(order=answers_as(format_name), user=None)
    try:
        with path.open("wb") as file:
            for block in download:
                file.write(block)
    finally:
        download.close()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return perf_counter() - began, after.ru_utime - before.ru_utime


def peak_of(format_name: Format, path: Path, *only: str) -> int:
    """Megabytes of the command."""
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            PROGRAM,
            "answers",
            "--format",
            format_name,
            "--output",
            path,
            *only,
        ],
        env=os.environ | {"DATABASE_URL": database_url(), "LOG_LEVEL": "ERROR"},
        check=True,
        capture_output=True,
        text=True,
    )
    return int(found.stdout.split()[-1])


@pytest.mark.django_db
def test_export_beside_copy(answers: int, tmp_path: Path, capsys: Any) -> None:
    is_small = answers < 10_000
    path = tmp_path / "answers"
    rounds = 1 if is_small else 3
    copied = min(psql(path) for _ in range(rounds))
    size = path.stat().st_size
    lines: list[tuple[str, object, str]] = [
        ("answers", f"{answers:,}", ""),
        ("psql \\copy, CSV", f"{copied:.2f} s, {size / 1e6:,.0f} MB", ""),
    ]
    ratios, grown = {}, {}
    for name in FORMATS:
        taken, own = min(streamed(name, path) for _ in range(rounds))
        ratios[name] = taken / copied
        goal = f"{MARGIN} x" if name == "csv" else ""
        figure = f"{taken:.2f} s, {taken / copied:.2f} x, own {own:.2f} s"
        lines.append((f"streamed, {name}, {path.stat().st_size / 1e6:,.0f} MB", figure, goal))
        if is_small and name != "csv":
            # Each figure of memory is a process of its own: tried, one of them is enough.
            continue
        few = peak_of(name, path, "--until", "2000-01-01")
        all_rows = peak_of(name, path)
        lines.append((f"peak memory, {name}", f"{all_rows} MB; {few} MB for no row", ""))
        grown[name] = all_rows - few
    with capsys.disabled():
        tell("Export of answers", *lines)
    if not is_small:
        assert max(grown.values()) < MORE_MB
        assert ratios["csv"] < MARGIN
