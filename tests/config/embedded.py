"""What tests of the embedded services share."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

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
    process.communicate(timeout=30)
    return output
