"""A scheduled refresh leaves a view as it is while nothing that it reads was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from ops.matviews import durations, kept_as_of, synchronise_declarations
from ops.models import Run, ViewState
from ops.runner import perform_here
from tests.ops.conftest import database_url
from tests.ops.views import Views, execute, own_views

NAME = "seen"


@pytest.fixture
def view(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Views]:
    """Refreshed an hour ago, of a table with a row."""
    with own_views(monkeypatch) as views:
        views(NAME)
        views.known[NAME] = replace(views.known[NAME], only_writes_change_it=True)
        synchronise_declarations()
        write()
        refresh()
        grow_old()
        yield views


def write(number: int = 1) -> None:
    execute(f"INSERT INTO measured VALUES ({number})")
    execute("SELECT pg_stat_force_next_flush()")


def refresh(schedule: str = "refresh-seen") -> Run:
    return perform_here(operation="refresh", target=NAME, schedule=schedule)[0]


def grow_old() -> None:
    ViewState.objects.update(refreshed_at=Now() - timedelta(hours=1))


def as_of() -> datetime:
    return ViewState.objects.get(pk=NAME).refreshed_at  # type: ignore[return-value]


def test_nothing_written_keeps_it(view: Views) -> None:
    run = refresh()

    assert run.result.startswith("Nothing was written: kept, as of ")
    assert timedelta(0) < timezone.now() - as_of() - timedelta(minutes=2) < timedelta(minutes=20)
    assert len(durations([NAME])[NAME].seconds) == 1


def test_who_asks_for_a_refresh_gets_one(view: Views) -> None:
    assert refresh(schedule="").result == "1 rows."


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO measured VALUES (2)",
        "UPDATE measured SET number = 2",
        "DELETE FROM measured",
        "TRUNCATE measured",
        # As after a crash, a restart or a reset of the numbers.
        "UPDATE ops_materialized_views SET written_state ="
        " jsonb_set(written_state, '{counts since,0}', '\"2001-01-01\"')",
        "UPDATE ops_materialized_views SET written_state = NULL",
    ],
)
def test_what_was_or_may_have_been_written_refreshes_it(view: Views, change: str) -> None:
    execute(change)
    execute("SELECT pg_stat_force_next_flush()")

    assert refresh().result.endswith(" rows.")


def test_partition_that_comes_or_goes_refreshes_it(view: Views) -> None:
    execute("CREATE TABLE parted (number int) PARTITION BY LIST (number)")
    execute("CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1)")
    ViewState.objects.update(reads=["measured", "parted"])
    try:
        assert refresh().result == "1 rows."
        grow_old()
        assert kept_as_of(NAME)
        grow_old()
        execute("ALTER TABLE parted DETACH PARTITION parted_1")
        assert kept_as_of(NAME) is None
    finally:
        execute("DROP TABLE IF EXISTS parted, parted_1")


def test_what_this_session_wrote_counts_before_it_is_reported(view: Views) -> None:
    with transaction.atomic():
        execute("INSERT INTO measured VALUES (2)")
        assert kept_as_of(NAME) is None


def test_nothing_is_said_of_the_time_of_a_transaction_that_goes_on(view: Views) -> None:
    with psycopg.connect(database_url()) as other:
        began = other.execute("SELECT now()").fetchone()
        moment = kept_as_of(NAME)

    assert began
    assert moment == began[0] - timedelta(minutes=2)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ops_materialized_views SET refreshed_at = %s", began)
    assert kept_as_of(NAME) is None
