"""The walk-through of docs/point-in-time.md, as it stands there, on a server of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.services.postgres import _as_server_user, _binaries
from tests.ops.conftest import ROOT

PAGE = ROOT / "docs" / "point-in-time.md"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short: sockets have short names. It belongs to whom the server may run as."""
    made = Path(tempfile.mkdtemp(prefix="pit-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(made, "nobody")
    yield made
    for running in made.glob("*/data/postmaster.pid"):
        subprocess.run(
            [*_as_server_user(made), _binaries() / "pg_ctl", "-D", running.parent, "stop", "-mi"],
            check=False,
        )
    shutil.rmtree(made)


@pytest.fixture(autouse=True)
def no_database_is_left() -> None:
    """None of the tests' server is touched."""


def test_the_walk_through_brings_back_the_moment(folder: Path) -> None:
    blocks = re.findall(r"^```bash\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    script = "set -euo pipefail\n" + "\n".join(blocks)

    done = subprocess.run(
        [*_as_server_user(folder), "bash", "-c", script],
        cwd=folder,
        env={
            "PATH": f"{_binaries()}:{os.environ['PATH']}",
            "TMPDIR": str(folder),
            "LC_ALL": "C",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert len(blocks) == 7
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "250"
