"""Backups of the test database itself, into a folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from ops.models import Backup, Run
from ops.runner import perform_here

type Do = Callable[..., Run]


@pytest.fixture
def folder(transactional_db: None, tmp_path: Path, settings: Any) -> Path:
    settings.STEWARD_BACKUP_DIR = tmp_path / "backups"
    return tmp_path / "backups"


@pytest.fixture
def do(folder: Path) -> Do:
    """One try of an operation in this process."""

    def perform(operation: str, **parameters: Any) -> Run:
        return perform_here(operation=operation, parameters=parameters)[0]

    return perform


@pytest.fixture
def backup(do: Do) -> Backup:
    do("back_up")
    return Backup.objects.get()


def databases() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}


@pytest.fixture(autouse=True)
def no_database_is_left(folder: Path) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        own = cursor.fetchone()[0]
    yield
    assert f"steward_drill_{own}" not in databases()
