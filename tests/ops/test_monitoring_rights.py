"""What the monitoring shows a role that has little, and on a server that lacks something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import ops
from ops.monitoring import capabilities, overview, schema, server, sessions, statements, trends
from ops.monitoring.reports import fetch, tables_of
from tests.ops.conftest import database_url

FROZEN = Path(ops.__file__).parent / "sql"
REPORTS = [*schema.INDEXES, *schema.TABLES, *server.SERVER]
READS: list[Callable[[], Any]] = [
    overview.figures,
    lambda: trends.database(trends.spans_since(timezone.now())),
    lambda: trends.growth("tables", timezone.now()),
    lambda: trends.io_activity(timezone.now()),
    lambda: statements.activity("1h"),
    lambda: statements.trends(1, "1h"),
    lambda: statements.text_of(1),
    lambda: statements.counted_from("1h"),
    sessions.sessions,
    sessions.blockers,
    lambda: capabilities.standing(server.SETTINGS),
    lambda: fetch("SELECT * FROM query_performance_hints"),
    lambda: fetch("SELECT * FROM v_slow_queries"),
    lambda: fetch("SELECT * FROM performance_alerts"),
]
PAGES = [
    reverse(f"admin:ops_performancesnapshot_{name}")
    for name in ("changelist", "queries", "indexes", "tables", "sessions", "server")
]


@pytest.fixture
def exporter(db: None) -> Iterator[None]:
    """Queries come from a role that has pg_monitor and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE pg_monitor")
        yield
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_a_role_that_has_pg_monitor_alone_reads_each_report(exporter: None, report: Any) -> None:
    list(tables_of([report], by={}))


@pytest.mark.parametrize("read", READS)
def test_a_role_that_has_pg_monitor_alone_reads_the_rest(
    exporter: None, read: Callable[[], Any]
) -> None:
    read()


def test_it_sees_every_sequence(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute('CREATE SCHEMA "Odd one"; CREATE SEQUENCE "Odd one"."Of it"')
        cursor.execute("""SELECT nextval('"Odd one"."Of it"')""")
    query = "SELECT schemaname, sequencename, last_value FROM v_sequence_usage ORDER BY 1, 2"
    of_owner = fetch(query)
    assert {"schemaname": "Odd one", "sequencename": "Of it", "last_value": 1} in of_owner
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE pg_monitor")
        of_exporter = fetch(query)
        cursor.execute("RESET ROLE")
    assert of_exporter == of_owner


@pytest.mark.django_db
def test_bloat_that_nobody_can_guess_is_no_figure() -> None:
    """PostgreSQL hides the statistics of tables under row-level security from their owner, too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members (id, display_name)"
            " SELECT uuidv7(), n FROM generate_series(1, 99) AS n"
        )
        cursor.execute("ANALYZE members; ANALYZE auth_permission")
    query = "SELECT tablename, estimated_bloat AS bloat FROM v_table_stats"
    bloat = {row["tablename"]: row["bloat"] for row in fetch(query)}
    assert bloat["members"] is None
    assert bloat["auth_permission"] is not None


@pytest.mark.parametrize(
    "function", ["capture_performance_snapshot()", "cleanup_monitoring_data(30)"]
)
def test_it_writes_nothing(exporter: None, function: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        fetch(f"SELECT public.{function}")


@pytest.mark.django_db
def test_what_is_missing_is_said_with_its_remedy() -> None:
    assert capabilities.standing().missing == []
    with connection.cursor() as cursor:
        cursor.execute(
            "GRANT EXECUTE ON FUNCTION public.statements_schema(), public.statements_evicted()"
            " TO steward_anon"
        )
        cursor.execute("SET LOCAL ROLE steward_anon")
        said = capabilities.standing().missing
        cursor.execute("RESET ROLE")
    assert "GRANT pg_monitor TO steward_anon" in said[0]
    assert "GRANT pg_signal_backend TO steward_anon" in said[1]


@pytest.fixture
def bare_database(db: None) -> Iterator[psycopg.Connection[Any]]:
    """A database without any extension."""
    name = f"{connection.settings_dict['NAME']}_bare"
    with psycopg.connect(database_url(), autocommit=True) as server_session:
        server_session.execute(f"DROP DATABASE IF EXISTS {name}")
        server_session.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        with psycopg.connect(database_url(), dbname=name) as session:
            yield session
        server_session.execute(f"DROP DATABASE {name} (FORCE)")


def test_without_pg_stat_statements_nothing_is_counted(bare_database: Any) -> None:
    names = ("statements_schema_v1", "statement_counters_v2", "statement_texts_v2")
    for name in (*names, "statements_evicted_v2"):
        bare_database.execute((FROZEN / f"{name}.sql").read_text())
    for function in ("statement_counters()", "statement_texts()"):
        assert bare_database.execute(f"SELECT * FROM public.{function}").fetchall() == []
    assert bare_database.execute("SELECT public.statements_evicted()").fetchall() == [(None,)]


@pytest.mark.parametrize("address", PAGES)
def test_each_page_says_that_the_extension_is_missing(ops_user: User, address: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION public.statements_schema() RETURNS text"
            " LANGUAGE sql STABLE SET search_path = '' RETURN NULL::text"
        )
    client = Client()
    client.force_login(ops_user)
    shown = client.get(address)
    assert shown.status_code == 200
    assert "CREATE EXTENSION pg_stat_statements" in shown.content.decode()
