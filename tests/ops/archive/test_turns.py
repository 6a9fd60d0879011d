"""Archives and backups take turns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from ops.archive import turns
from ops.archive.turns import none_moved
from ops.archive.work import archive
from ops.work import NotYet, Work
from tests.ops.conftest import database_url


@pytest.fixture
def other_connection(db: None) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url(), autocommit=True) as found:
        yield found


def test_no_partition_moves_while_a_backup_reads_them(
    db: None, other_connection: psycopg.Connection[Any]
) -> None:
    with none_moved(other_connection):
        work = Work(uuid4(), "archive_partition", "audit_logs.audit_logs_2020_01", {}, 1)
        with pytest.raises(NotYet, match="works on a partition of audit_logs"):
            archive(work)


def test_backup_stands_in_line_behind_an_archive(
    db: None, other_connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LINE", "10ms")
    connection.ensure_connection()
    with (
        turns.alone_with(connection.connection, "audit_logs"),
        pytest.raises(NotYet, match="being archived or restored"),
        none_moved(other_connection),
    ):
        pass
    connection.cursor().execute("SELECT pg_advisory_unlock_all()")
    with none_moved(other_connection):
        pass
