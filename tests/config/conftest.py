from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import SystemRandom

import pytest

from config import demo
from tests.config.embedded import cleaned


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder; what runs in it ends with the test."""
    yield from cleaned(tmp_path / "data")


@pytest.fixture
def unnamed(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """The environment of somebody who has set nothing but the data folder."""
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("STEWARD_DATA", str(folder))
    return folder


@pytest.fixture
def port() -> int:
    """One that nobody has, nor is given for a connection meanwhile."""
    for number in SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind((demo.HOST, number))
            return number
    pytest.fail("no port is free")
