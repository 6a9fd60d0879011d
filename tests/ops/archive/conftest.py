"""A partitioned table of every type that one may meet, with a year of rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from ops.archive.archiving import archive_partition, open_archive
from ops.archive.catalog import bound_at
from ops.models import PartitionArchive
from tests.ops.archive.months import month_of

TABLE = "gathered"
OLD = "gathered_y2024m01"
NEIGHBOUR = "gathered_y2024m02"
ROWS = 500


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def connect() -> psycopg.Connection[Any]:
    given = connection.get_connection_params()
    wanted = ("host", "port", "user", "password", "dbname")
    return psycopg.connect(
        autocommit=True, **{name: given[name] for name in wanted if given.get(name)}
    )


@pytest.fixture
def conn(transactional_db: None) -> Iterator[psycopg.Connection[Any]]:
    with connect() as conn:
        yield conn


def make_partition(conn: psycopg.Connection[Any], name: str, lower: str, upper: str) -> None:
    low, high = bound_at(at(lower)), bound_at(at(upper))
    conn.execute(f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING ALL)")  # type: ignore[arg-type]
    conn.execute(
        f"ALTER TABLE {name} ADD CONSTRAINT {name}_time"  # type: ignore[arg-type]
        f" CHECK (created_at >= '{at(lower)}' AND created_at < '{at(upper)}')"
    )
    conn.execute(f"ALTER TABLE {name} SET (autovacuum_vacuum_scale_factor = 0.05)")  # type: ignore[arg-type]
    conn.execute(
        f"ALTER TABLE {TABLE} ATTACH PARTITION {name}"  # type: ignore[arg-type]
        f" FOR VALUES FROM ('{low}') TO ('{high}')"
    )


@pytest.fixture
def table(conn: psycopg.Connection[Any], tmp_path: Path, settings: Any) -> Iterator[str]:
    settings.STEWARD_ARCHIVE_DIR = tmp_path
    conn.execute(
        f"""
        CREATE TYPE mood AS ENUM ('calm', 'loud');
        CREATE TABLE {TABLE} (
            id uuid PRIMARY KEY DEFAULT uuidv7(),
            created_at timestamptz GENERATED ALWAYS AS (uuid_extract_timestamp(id)) STORED,
            n integer NOT NULL, share real, name text, price numeric(12, 4),
            facts jsonb, tags text[], counts integer[], day date, raw bytea, address inet,
            feeling mood, took interval, at_local timestamp, sure boolean
        ) PARTITION BY RANGE (id);
        """  # type: ignore[arg-type]
    )
    conn.execute(f"CREATE INDEX gathered_n ON {TABLE} (n)")  # type: ignore[arg-type]
    make_partition(conn, OLD, "2024-01-01", "2024-02-01")
    make_partition(conn, NEIGHBOUR, "2024-02-01", "2024-03-01")
    fill(conn, "2024-01-01", ROWS)
    fill(conn, "2024-02-01", ROWS)
    yield TABLE
    conn.execute(f"DROP TABLE IF EXISTS {TABLE}, steward_archive.{OLD}, public.{OLD} CASCADE")  # type: ignore[arg-type]
    conn.execute("DROP TYPE mood")


def fill(conn: psycopg.Connection[Any], start: str, rows: int) -> None:
    first = bound_at(at(start)).int >> 80
    conn.execute(
        f"""
        INSERT INTO {TABLE} (id, n, share, name, price, facts, tags, counts, day, raw, address,
                             feeling, took, at_local, sure)
        SELECT (lpad(to_hex({first} + i * 1000), 12, '0') || '7' || lpad(to_hex(i), 19, '0'))::uuid,
            i, i / 3.0, CASE WHEN i % 7 > 0 THEN 'Grüße, "' || i || E'"\\n\\t\\\\N' END, i / 7.0,
            jsonb_build_object('i', i, 'deep', jsonb_build_array(NULL, i / 3.0)),
            ARRAY['a,b', NULL, '{{x}}' || i], ARRAY[i, NULL], DATE '2024-01-01' + i,
            decode('00ff', 'hex'), '10.0.0.1/8',
            (CASE i % 2 WHEN 0 THEN 'calm' ELSE 'loud' END)::mood,
            i * INTERVAL '1 day 3 seconds', TIMESTAMP '2024-01-01 10:00' + i * INTERVAL '1 ms',
            i % 3 = 0
        FROM generate_series(1, {rows}) AS i
        """  # type: ignore[arg-type]
    )


def rows_and_sum(conn: psycopg.Connection[Any], table: str) -> tuple[Any, ...]:
    """Counted by another road than the archive's own."""
    row = conn.execute(
        "SELECT count(*), md5(string_agg(r::text, '|' ORDER BY id)) FROM "  # type: ignore[arg-type]
        f"(SELECT * FROM {table} ORDER BY id) AS r"
    ).fetchone()
    assert row
    return row


def quiet(done: int, total: int, note: str) -> None:
    """Progress that nobody watches."""


def start(conn: psycopg.Connection[Any], partition: str = OLD, **options: Any) -> PartitionArchive:
    wanted: dict[str, Any] = {"keep_months": 1, "force": False} | options
    return open_archive(conn, table=TABLE, partition=partition, **wanted)


@pytest.fixture
def held(conn: psycopg.Connection[Any], table: str) -> PartitionArchive:
    archive = start(conn)
    archive_partition(conn, archive, quiet)
    return archive


@pytest.fixture
def old_month(transactional_db: None, tmp_path: Path, settings: Any) -> Iterator[str]:
    settings.STEWARD_ARCHIVE_DIR = tmp_path
    with month_of(500) as target:
        yield target
