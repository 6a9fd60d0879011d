"""Snapshots, the server's statistics, and the screens that show them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse

from ops.models import AuditEntry, PerformanceSnapshot, QueryText, Run
from ops.monitoring import schema, sessions, statements
from ops.monitoring.reports import Report, Row, Table, fetch, tables_of
from ops.work import Refused
from tests.ops.conftest import blocked_by, database_url, wait_for

pytestmark = pytest.mark.usefixtures("counted_anew")
BEFORE = {"calls": 10, "ms": 100.5, "rows": 7, "since": 50}


@pytest.fixture
def ops(ops_user: User) -> Client:
    client = Client()
    client.force_login(ops_user)
    return client


def page(name: str, *arguments: object) -> str:
    return reverse(f"admin:ops_performancesnapshot_{name}", args=arguments)


def capture() -> None:
    fetch("SELECT public.capture_performance_snapshot()")


def counted_between(before: Any, after: Any) -> Any:
    query = "SELECT public.counted_between(%s::jsonb, %s::jsonb) AS found"
    [row] = fetch(query, [before and json.dumps(before), json.dumps(after)])
    return json.loads(row["found"])


# --- Differences ---------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "after", "counted"),
    [
        (BEFORE, BEFORE | {"calls": 12, "ms": 130.5}, {"calls": 2, "ms": 30, "rows": 0}),
        (None, BEFORE, BEFORE),
        (BEFORE, BEFORE | {"since": 60, "calls": 30}, BEFORE | {"since": 60, "calls": 30}),
        (BEFORE, BEFORE | {"calls": 3}, BEFORE | {"calls": 3}),
    ],
    ids=["rose", "unknown before", "evicted meanwhile", "reset meanwhile"],
)
def test_counters_are_compared_with_those_before(before: Any, after: Any, counted: Any) -> None:
    assert counted_between(before, after) == counted


@pytest.mark.django_db
def test_a_period_counts_from_its_snapshot() -> None:
    # The names of columns do not tell queries apart, their number does.
    marked = "SELECT 1 AS marked, 'a', 2, 'b', 3"
    connection.cursor().execute(marked)
    capture()
    for _ in range(3):
        connection.cursor().execute(marked)

    rows = statements.activity("1h", shown=10_000).queries.rows
    [row] = [each for each in rows if "AS marked" in (each["query"] or "")]

    assert row["calls"] == 3
    assert row["query"] == "SELECT $1 AS marked, $2, $3, $4, $5"
    assert 0 < row["share"] < 100
    assert statements.counted_from("1h") == PerformanceSnapshot.objects.get().created_at


@pytest.mark.django_db
def test_one_query_over_time() -> None:
    for calls in (1, 3):
        capture()
        for _ in range(calls):
            connection.cursor().execute("SELECT 1 AS over_time, 'a', 2, 'b', 3, 'c'")
    capture()

    [known] = QueryText.objects.filter(query__contains="over_time")
    calls, means = statements.trends(known.queryid, "1h")

    assert [value for _, value in calls.points] == [1, 3]
    assert all(value > 0 for _, value in means.points)


@pytest.mark.django_db
def test_tables_and_indexes_are_kept_once_an_hour() -> None:
    for _ in range(2):
        capture()
    first, second = PerformanceSnapshot.objects.order_by("id")
    assert "public.questions" in first.tables
    assert first.indexes["public.questions_pkey"].keys() == {"scans", "bytes"}
    # An hour may have begun between the two.
    if first.created_at.hour == second.created_at.hour:
        assert second.tables is second.indexes is None


@pytest.mark.django_db
def test_passwords_are_not_kept() -> None:
    # Often: what was run once makes room for others' statements.
    for _ in range(50):
        connection.cursor().execute("DO $$ BEGIN NULL; END $$ /* PASSWORD 'it''s secret' */")
    capture()
    found = QueryText.objects.filter(query__contains="PASSWORD ''")
    assert found.exists()
    assert not QueryText.objects.filter(query__contains="secret").exists()


@pytest.mark.django_db
def test_old_snapshots_are_forgotten() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO performance_snapshots (id, server_started, counted_since, database)"
            " SELECT public.uuid_floor(now() - n * interval '2 days'), now(), now(), '{}'"
            " FROM generate_series(0, 2) AS n"
            " WHERE now() - n * interval '2 days' >= date_trunc('month', now())"
        )
    kept = PerformanceSnapshot.objects.count()
    QueryText.objects.create(queryid=1, query="gone", seen_at=datetime(2020, 1, 1, tzinfo=UTC))

    [row] = fetch("SELECT public.cleanup_monitoring_data(1) AS gone")

    assert row["gone"] == max(0, kept - 1)
    assert PerformanceSnapshot.objects.count() == 1
    assert not QueryText.objects.exists()
    with pytest.raises(DatabaseError, match="at least one day"):
        fetch("SELECT public.cleanup_monitoring_data(0)")


def one_table(report: Report, by: str = "", shown: int = 100) -> Table:
    return next(tables_of([report], by={report.name: by}, shown=shown))


# --- Indexes and tables --------------------------------------------------------------------------
def rows_of(name: str) -> list[Row]:
    [report] = [each for each in schema.INDEXES if each.name == name]
    return list(one_table(report).rows)


@pytest.mark.django_db
def test_indexes_that_cost_and_serve_nothing_are_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE shelf (id int PRIMARY KEY, room int, box int, note text)")
        cursor.execute("CREATE TABLE thing (shelf int REFERENCES shelf)")
        cursor.execute("CREATE INDEX shelf_room ON shelf (room)")
        cursor.execute("CREATE INDEX shelf_room_box ON shelf (room, box)")
        cursor.execute("CREATE INDEX shelf_some_rooms ON shelf (room) WHERE box > 3")

    redundant = {row["indexname"]: row["covered_by"] for row in rows_of("redundant")}
    unindexed = {row["tablename"]: row["referenced"] for row in rows_of("foreign-keys")}

    assert redundant["shelf_room"] == "shelf_room_box"
    assert "shelf_some_rooms" not in redundant
    assert unindexed["thing"] == "shelf"


@pytest.mark.django_db
def test_foreign_key_is_served_by_an_index_of_the_rows_that_have_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE shelf (room int, box int, PRIMARY KEY (room, box))")
        cursor.execute("CREATE TABLE thing (a int, b int, FOREIGN KEY (b, a) REFERENCES shelf)")
        cursor.execute("CREATE INDEX some_things ON thing (b, a) WHERE a > 3")
        cursor.execute("INSERT INTO thing (a) VALUES (1)")
        [found] = [row for row in rows_of("foreign-keys") if row["tablename"] == "thing"]
        assert found["bytes"] > 0
        cursor.execute("CREATE INDEX things_on_shelves ON thing (a) WHERE a IS NOT NULL")

    assert "thing" not in {row["tablename"] for row in rows_of("foreign-keys")}


@pytest.mark.django_db
def test_our_own_tables_have_each_index_that_they_need_and_none_twice() -> None:
    names = ("assessments", "flavors", "ops", "quizbank")
    ours = {m._meta.db_table for m in apps.get_models() if m._meta.app_label in names}
    redundant = {row["indexname"] for row in rows_of("redundant") if row["tablename"] in ours}

    # By these names the seeds ask for them.
    assert redundant == {
        "idx_cs_assessment_sessions_user_id",
        "idx_lightning_questions_difficulty",
    }
    assert rows_of("foreign-keys") == []


@pytest.mark.django_db
def test_partitions_are_added_up_under_their_table() -> None:
    [row] = fetch("SELECT * FROM public.v_table_stats WHERE tablename = 'audit_logs'")
    assert row["partitions"] >= 4
    assert not fetch("SELECT 1 FROM public.v_table_stats WHERE tablename LIKE 'audit_logs_%'")
    [index] = fetch("SELECT * FROM public.v_index_usage WHERE indexname = 'audit_logs_pkey'")
    assert index["partitions"] == row["partitions"]
    assert index["usage_category"] == "CONSTRAINT"


@pytest.mark.django_db
def test_a_report_is_sorted_by_the_figure_that_is_asked_for() -> None:
    [report] = [each for each in schema.TABLES if each.name == "all"]
    sizes = [row["index_bytes"] for row in one_table(report, by="index_bytes", shown=5).rows]
    assert sizes == sorted(sizes, reverse=True)
    assert one_table(report, by="tablename").by == "total_bytes"
    assert one_table(report, by="no such column").by == "total_bytes"


@pytest.mark.django_db
def test_a_long_report_is_shown_to_its_end_on_demand(ops: Client) -> None:
    def shown(query: str) -> tuple[int, int, str]:
        section = ops.get(page("tables") + query).context["sections"][-1]
        return section["shown"], section["total"], section["all"]

    first, total, address = shown("?by=all.live_rows")
    assert first == 30 < total
    assert shown(address.partition("#")[0]) == (total, total, address)
    assert "by=all.live_rows" in address


# --- Sessions ------------------------------------------------------------------------------------
@pytest.fixture
def pile_up(transactional_db: None) -> Iterator[tuple[int, int, list[Exception]]]:
    """One session that holds a lock, one that waits for it; their processes, and what the second
    one was told."""
    told: list[Exception] = []
    holder, waiter = (psycopg.connect(database_url()) for _ in range(2))

    def wait() -> None:
        try:
            waiter.execute("LOCK TABLE badges")
        except psycopg.Error as error:
            told.append(error)

    holder.execute("LOCK TABLE badges")
    waiting = threading.Thread(target=wait)
    waiting.start()
    wait_for(lambda: blocked_by(holder.info.backend_pid))
    yield holder.info.backend_pid, waiter.info.backend_pid, told
    holder.close()
    waiting.join(timeout=60)
    waiter.close()


@pytest.mark.parametrize(
    ("query", "shape"),
    [
        ("SELECT 1 WHERE a = 'it''s' AND b = 'x'", "SELECT 1 WHERE a = '…' AND b = '…'"),
        (r"SELECT E'a\'b', 'c\', d", "SELECT '…', '…', d"),
        ("""SELECT "it's" /* it's */, 'a' -- it's\n, 'b'""",
         """SELECT "it's" /* it's */, '…' -- it's\n, '…'"""),
        ("SELECT $$a'b$$, $x$a$$b$x$, $1", "SELECT '…', '…', $1"),
        ("UPDATE a SET b = 'cut o", "UPDATE a SET b = '…'"),
        ("UPDATE a SET b = E'it\\'s cut\\", "UPDATE a SET b = '…'"),
    ],
)  # fmt: skip
def test_the_shape_of_a_statement_has_no_value(query: str, shape: str) -> None:
    assert sessions.shape_of(query) == shape


def test_what_a_session_asked_for_is_not_shown(transactional_db: None, ops: Client) -> None:
    with psycopg.connect(database_url()) as other:
        other.execute("SELECT 'key-of-a-login' AS asked")
        shown = ops.get(page("sessions")).content.decode()
        [row] = [each for each in sessions.sessions() if each["pid"] == other.info.backend_pid]
        assert "ended" in post(ops, "terminate", row["pid"], row["backend_start"].isoformat())
        # It is gone.
        with pytest.raises(psycopg.OperationalError):
            other.execute("SELECT 1")
    [entry] = AuditEntry.objects.filter(action="terminate_session")
    assert entry.details["query"] == row["query"] == "SELECT '…' AS asked"
    assert "AS asked" in shown
    assert "key-of-a-login" not in shown


def post(client: Client, step: str, pid: int, begun: object) -> str:
    answer = client.post(page("signal", step), {"pid": pid, "begun": begun}, follow=True)
    return " ".join(str(message) for message in answer.context["messages"])


def test_a_blocker_is_found_and_ended(
    pile_up: tuple[int, int, list[Exception]], ops: Client
) -> None:
    holder, waiter, told = pile_up
    first, second = blocked_by(holder)
    assert (first["pid"], first["depth"], second["pid"], second["depth"]) == (holder, 0, waiter, 1)
    assert "badges (AccessExclusiveLock)" in second["wants"]
    shown = ops.get(page("sessions")).content.decode()
    assert f"↳ {waiter}" in shown

    begun = first["backend_start"].isoformat()
    stale = (first["backend_start"] - timedelta(microseconds=1)).isoformat()
    assert "nothing was done" in post(ops, "terminate", holder, stale)
    assert len(blocked_by(holder)) == 2
    assert "was ended" in post(ops, "terminate", holder, begun)

    wait_for(lambda: not blocked_by(holder))
    assert told == []
    entry = AuditEntry.objects.get(action="terminate_session")
    assert (entry.entity_id, entry.details["state"]) == (str(holder), "idle in transaction")
    assert "nothing was done" in post(ops, "terminate", holder, begun)


def test_pages_and_snapshots_do_not_wait_for_a_lock(
    pile_up: tuple[int, int, list[Exception]], ops: Client
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '5s'")
        try:
            for name in ("changelist", "queries", "indexes", "tables", "sessions", "server"):
                assert ops.get(page(name)).status_code == 200, name
            assert ops.get("/admin/").status_code == 200
            capture()
        finally:
            cursor.execute("RESET lock_timeout")


@pytest.mark.django_db
def test_nobody_waits_for_anybody(ops: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "blockers", list)
    assert "Nobody waits for anybody." in ops.get(page("sessions")).content.decode()


def test_a_query_is_cancelled(pile_up: tuple[int, int, list[Exception]], ops: Client) -> None:
    holder, waiter, told = pile_up
    begun = blocked_by(holder)[1]["backend_start"].isoformat()
    assert "was cancelled" in post(ops, "cancel", waiter, begun)
    wait_for(lambda: told)
    assert isinstance(told[0], psycopg.errors.QueryCanceled)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("step", "pid", "begun"),
    [("cancel", "x", "2026-01-01"), ("cancel", "1", "never"), ("shoot", "1", "2026-01-01")],
)
def test_what_is_no_session_is_refused(ops: Client, step: str, pid: str, begun: str) -> None:
    answer = ops.post(page("signal", step), {"pid": pid, "begun": begun}, follow=True)
    assert "Choose a session" in answer.content.decode()


# --- Screens -------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_query_has_a_page_with_its_plan(ops: Client) -> None:
    some = "SELECT count(*) AS so_many FROM badges WHERE code > 'x' AND code < 'y'"
    connection.cursor().execute(some)
    capture()
    known = QueryText.objects.get(query__contains="so_many")
    address = page("query", known.queryid)

    assert "Show its plan" in ops.get(address).content.decode()
    shown = ops.get(address, {"plan": "1"}).content.decode()
    assert "Aggregate" in shown
    assert "code" in shown.partition("Aggregate")[2]
    assert "$2" in shown
    listed = ops.get(page("queries"), {"period": "15m", "by": "calls"}).content.decode()
    assert "/?period=15m" in listed
    for nonsense in ("0", "x", "9" * 30, "-"):
        assert ops.get(page("query", nonsense)).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["DELETE FROM badges", "VACUUM badges"])
def test_only_a_select_is_planned(query: str) -> None:
    with pytest.raises(Refused, match="Only a SELECT"):
        statements.plan_of(query)


@pytest.mark.django_db
def test_the_server_page_advises_by_memory(ops: Client) -> None:
    shown = ops.get(page("server"), {"gigabytes": "16"}).content.decode()
    assert "4GB" in shown
    assert "64MB" in shown


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_is_a_run_of_its_own() -> None:
    call_command("capture_snapshot")
    assert PerformanceSnapshot.objects.count() == 1
    assert Run.objects.get().status == "completed"


@pytest.mark.django_db
def test_the_dashboard_names_what_a_person_looks_for() -> None:
    [row] = fetch("SELECT public.get_monitoring_dashboard() AS figures")
    figures = json.loads(row["figures"])
    assert figures["max_connections"] > 0
    assert figures["largest_tables"][0]["total_bytes"] > 0
    assert figures["last_snapshot"] is None
