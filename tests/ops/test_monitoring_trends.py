"""Figures of a period, and how they went."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ops.admin.monitoring.cells import chart_of, written
from ops.alerts import measures
from ops.models import PerformanceSnapshot
from ops.monitoring import trends
from ops.monitoring.reports import fetch
from ops.monitoring.trends import Trend
from tests.ops.conftest import database_url
from tests.ops.snapshots import insert_snapshot

HOUR_AGO = timedelta(hours=1)
CLIENTS = "client backend/relation/normal"


@pytest.fixture
def ops(ops_user: User) -> Client:
    client = Client()
    client.force_login(ops_user)
    return client


@pytest.fixture
def server(db: None) -> Iterator[psycopg.Connection[Any]]:
    """A session whose work is committed; the table `shelf` goes with it."""
    with psycopg.connect(database_url(), autocommit=True) as session:
        yield session
        session.execute("DROP TABLE IF EXISTS shelf")


def page(name: str) -> str:
    return reverse(f"admin:ops_performancesnapshot_{name}")


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


# --- Reads and writes ----------------------------------------------------------------------------
@pytest.mark.django_db
def test_reads_and_writes_of_a_period(ops: Client) -> None:
    [row] = fetch("SELECT public.io_counters() AS counters")
    before = json.loads(row["counters"])
    before[CLIENTS]["hits"] -= 1_000
    insert_snapshot(minutes(30), database={}, io=before)

    found = {
        (row["backend_type"], row["object"], row["context"]): row
        for row in trends.io_activity(timezone.now() - HOUR_AGO)
    }

    assert 1_000 <= found["client backend", "relation", "normal"]["hits"] < 1_000_000
    shown = ops.get(page("server"), {"by": "io.hits"}).content.decode()
    assert "client backend" in shown
    assert "Reads and writes" in shown


@pytest.mark.django_db
def test_cache_hits_of_a_period_are_a_figure_and_a_chart(ops: Client) -> None:
    counted = [(1_000, 0), (1_900, 100), (2_890, 110)]
    for number, (hit, read) in enumerate(counted):
        database = {"blks_hit": hit, "blks_read": read, "connections": {}, "bytes": 1}
        insert_snapshot(minutes(30 - 10 * number), database=database)

    [hits] = trends.cache_hits(trends.spans_since(timezone.now() - HOUR_AGO))
    chart = chart_of(hits)

    assert [value for _, value in hits.points] == [90, 99]
    assert (chart.summary, chart.scale) == ("94.5 %", "from 89.0 % up to 99.00 %")
    assert [bar.height for bar in chart.bars.bars] == [5, 48]
    assert "94.5 %" in ops.get(page("server")).content.decode()


@pytest.mark.django_db
def test_indexes_and_tables_have_ratios_of_their_own(
    ops: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third is of fewer tables; the first was taken before they were counted."""
    counted: list[dict[str, int]] = [
        {},
        {"index_hit": 5_000, "index_read": 100, "heap_hit": 900, "heap_read": 900},
        {"index_hit": 4_000, "index_read": 90, "heap_hit": 800, "heap_read": 900},
        {"index_hit": 4_970, "index_read": 120, "heap_hit": 875, "heap_read": 925},
    ]
    for number, database in enumerate(counted):
        insert_snapshot(minutes(30 - 5 * number), database=database)

    spans = trends.spans_since(timezone.now() - HOUR_AGO)

    assert [trends.hit_percent(spans, of) for of in ("index", "heap")] == [97, 75]
    assert measures.index_hits() == {}, "too few blocks say nothing"
    monkeypatch.setattr(measures, "BLOCKS", 100)
    assert measures.index_hits() == {"": 97}
    shown = ops.get(page("server")).content.decode()
    assert "Of indexes alone" in shown
    assert "97.0 %" in shown


def test_a_snapshot_counts_blocks_by_kind(server: psycopg.Connection[Any]) -> None:
    server.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
    # What is read for the first time may be no hit.
    for _ in range(2):
        server.execute("SELECT name FROM auth_permission WHERE id > 0")
    server.execute("SELECT pg_stat_force_next_flush()")
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.capture_performance_snapshot()")
    kept = PerformanceSnapshot.objects.latest("id").database
    assert min(kept["index_hit"], kept["heap_hit"]) > 0
    assert {"index_read", "heap_read"} <= kept.keys()


def test_a_chart_of_nothing_has_no_bars() -> None:
    assert list(chart_of(Trend("Calls", "number", [])).bars.bars) == []
    chart = chart_of(Trend("Calls", "number", [(timezone.now(), 0.0)]))
    assert [bar.height for bar in chart.bars.bars] == [0]


# --- Growth --------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_what_grew_most_comes_first(ops: Client) -> None:
    sizes = [{"a": 10, "b": 10, "c": 10}, {"a": 15, "b": 30, "c": 10}, {"a": 20, "b": 90, "c": 9}]
    for number, each in enumerate(sizes):
        tables = {f"public.{name}": {"bytes": size * 2**20} for name, size in each.items()}
        insert_snapshot(minutes(30 - 10 * number), database={}, tables=tables, indexes=tables)

    grown = trends.growth("tables", timezone.now() - HOUR_AGO)

    assert [(trend.title, trend.summary) for trend in grown] == [
        ("b", 80 * 2**20),
        ("a", 10 * 2**20),
    ]
    assert [value / 2**20 for _, value in grown[0].points] == [10, 30, 90]
    for name in ("tables", "indexes"):
        assert "+80.0" in ops.get(page(name), {"period": "1h"}).content.decode()


# --- The real thing ------------------------------------------------------------------------------
def test_a_slow_query_appears(server: psycopg.Connection[Any], ops: Client) -> None:
    server.execute("SELECT 1 AS really_slow, pg_sleep(0.3)")
    shown = ops.get(page("queries"), {"by": "mean_ms"}).content.decode()
    row = shown.partition("really_slow")[2].partition("</tr>")[0]
    [slow] = fetch("SELECT * FROM v_slow_queries WHERE query LIKE '%really_slow%'")
    assert slow["mean_exec_time"] >= 300
    assert f'data-label="Mean" data-kind="ms">{written("ms", slow["mean_exec_time"])}</td>' in row


def test_an_unused_index_appears_until_it_is_used(
    server: psycopg.Connection[Any], ops: Client
) -> None:
    server.execute("CREATE TABLE shelf AS SELECT n AS id FROM generate_series(1, 80000) AS n")
    server.execute("CREATE INDEX never_used ON shelf (id)")
    assert "never_used" in unused(ops)

    server.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
    server.execute("SELECT FROM shelf WHERE id = 7")
    server.execute("SELECT pg_stat_force_next_flush()")
    fetch("SELECT pg_stat_clear_snapshot()")
    assert "never_used" not in unused(ops)


def unused(ops: Client) -> str:
    """The section of unused indexes."""
    shown = ops.get(page("indexes")).content.decode()
    return shown.partition('id="unused"')[2].partition("</section>")[0]
