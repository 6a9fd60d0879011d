"""Real queries that could be better, and what is said about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from ops.monitoring import statements
from ops.monitoring.reports import Row, fetch
from tests.ops.conftest import database_url

QUERIES = reverse("admin:ops_performancesnapshot_queries")

pytestmark = pytest.mark.usefixtures("counted_anew")


@pytest.fixture
def shelf(db: None) -> Iterator[psycopg.Cursor[Any]]:
    """A table of some 12 MB without any index, which other sessions do not see."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE shelf AS SELECT n AS id, md5(n::text) AS name, repeat('x', 200) AS note"
            " FROM generate_series(1, 50000) AS n"
        )
        cursor.execute("SELECT public.capture_performance_snapshot()")
        yield cursor


def hint_on(words: str) -> dict[str, Row]:
    """The hints on the query that has these words, by their names."""
    return {
        row["hint"]: row for row in statements.activity("1h").hints if words in (row["query"] or "")
    }


def test_a_filter_without_an_index_is_found_and_mended(shelf: Any) -> None:
    looked_for = "SELECT note, 1 AS by_name FROM shelf WHERE name = md5('7')"
    shelf.execute(looked_for)

    [(name, hint)] = hint_on("by_name").items()

    assert name == "Filter without an index"
    assert hint["subject"] == "shelf"
    assert "gives 1 rows" in hint["reason"]
    assert "index" in hint["advice"]

    shelf.execute("CREATE INDEX ON shelf (name)")
    shelf.execute("ANALYZE shelf")
    shelf.execute("SELECT public.capture_performance_snapshot()")
    shelf.execute(looked_for)
    assert hint_on("by_name") == {}


def test_what_adds_up_may_read_all(shelf: Any) -> None:
    shelf.execute("SELECT count(*) AS in_all FROM shelf WHERE note <> name")
    assert hint_on("in_all") == {}


def test_a_sort_on_disk_is_found(shelf: Any) -> None:
    shelf.execute("SET LOCAL work_mem = '64kB'")
    shelf.execute("SELECT id, note AS sorted_note FROM shelf ORDER BY name")
    hint = hint_on("sorted_note")["Sort or hash on disk"]
    assert "work_mem (64kB)" in hint["reason"]


def test_many_rows_are_noted(shelf: Any) -> None:
    shelf.execute("SELECT id AS every_one FROM shelf")
    assert "50,000 rows" in hint_on("every_one")["Very many rows"]["reason"]


def test_a_loop_that_asks_row_by_row_is_found(shelf: Any) -> None:
    with psycopg.connect(database_url()) as session, session.pipeline():
        for number in range(10_000):
            session.execute("SELECT 1 AS one_of_many FROM badges WHERE code = %s", [str(number)])
    found = hint_on("one_of_many")
    assert "10,000 calls" in found["One row at a time"]["reason"]


def test_a_slow_query_has_a_hint_of_its_own(shelf: Any) -> None:
    for _ in range(2):
        shelf.execute("SELECT 1 AS slept FROM pg_sleep(0.51)")
    assert list(hint_on("slept")) == ["Slow"]


def test_hints_stand_on_the_page_and_on_that_of_the_query(shelf: Any, ops_user: User) -> None:
    shelf.execute("SELECT note, 1 AS by_note FROM shelf WHERE note = 'y'")
    client = Client()
    client.force_login(ops_user)
    listed = client.get(QUERIES).content.decode()
    [hint] = hint_on("by_note").values()
    address = reverse("admin:ops_performancesnapshot_query", args=[hint["queryid"]])
    assert "What could be better" in listed
    assert address in listed
    assert "Filter without an index" in client.get(address).content.decode()


@pytest.mark.django_db
def test_what_the_server_keeps_with_its_values_is_shown_without() -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY (SELECT 'ada' AS named) TO STDOUT") as rows,
    ):
        assert list(rows)
    found = statements.activity("1h", shown=10_000).queries.rows
    [row] = [each for each in found if "AS named" in (each["query"] or "")]

    for text in (row["query"], statements.text_of(row["queryid"])):
        assert text == "COPY (SELECT '…' AS named) TO STDOUT"


@pytest.mark.django_db
def test_the_view_of_the_seed_has_the_same_hints() -> None:
    rows = fetch("SELECT hint, reason, advice FROM query_performance_hints")
    assert all(row["reason"] and row["advice"] for row in rows)
