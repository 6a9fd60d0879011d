"""What tests of the embedded services share."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import services
from config.services.postgres import Postgres
from config.services.redis_server import RedisServer


def cleaned(root: Path) -> Iterator[Path]:
    yield root
    services.reset(root)


def pids(root: Path) -> tuple[int | None, int | None]:
    return Postgres(root).pid(), RedisServer(root).pid()


def finish(process: subprocess.Popen[str]) -> str:
    """The rest of its output. communicate() alone would lose what was read ahead of a line."""
    assert process.stdout is not None
    output = process.stdout.read()
    process.communicate(timeout=300)
    return output


def read_until(process: subprocess.Popen[str], text: str) -> list[str]:
    """The lines that it says, up to the one that holds the text."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if text in line:
            return lines
    pytest.fail(f"never said {text!r}: {lines}")
