"""What a replica cancels, refuses or does not have yet comes from the primary, in the same call."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.http import Http404

from config.services import processes
from config.services.postgres import SUPERUSER
from ops.replicas import (
    connection_for_reading,
    is_reading_from_replica,
    page_from_replica,
    primary_in_place,
    reading_for,
    reading_from_replica,
    seen,
    snapshot_of,
)
from ops.replicas.counting import Outcome, counts
from tests.replicas.standby import Standby

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "replica"]),
    pytest.mark.usefixtures("patient"),
]


@pytest.fixture(autouse=True)
def reader() -> Iterator[None]:
    with reading_for(may=True, after=0):
        yield


def ask(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def take_table(standby: Standby) -> None:
    """On the primary, so that whoever reads it on the replica stands in the way."""
    name = connection.settings_dict["NAME"]
    address = {"host": str(standby.primary.sockets), "port": 5432, "user": SUPERUSER}
    with psycopg.connect(**address, dbname=name) as client:
        client.execute("LOCK TABLE public.badges IN ACCESS EXCLUSIVE MODE")


@contextmanager
def taken_once_it_is_read(standby: Standby) -> Iterator[None]:
    active = (
        "SELECT count(*) > 0 FROM pg_stat_activity"
        " WHERE query LIKE '%pg_sleep(120)%' AND pid <> pg_backend_pid()"
    )

    def take() -> None:
        assert processes.wait_until(lambda: bool(standby.run(active)), seconds=120)
        take_table(standby)

    thread = threading.Thread(target=take)
    thread.start()
    yield
    thread.join()


def test_cancelled_query_is_asked_again(standby: Standby) -> None:
    @reading_from_replica
    def read() -> object:
        if is_reading_from_replica():
            return ask("SELECT pg_sleep(120) FROM (SELECT FROM badges LIMIT 1) AS held")
        return "from the primary"

    standby.catch_up()
    with taken_once_it_is_read(standby):
        assert read() == "from the primary"

    assert counts() == {Outcome.CANCELLED: 1}


def test_connection_that_is_ended_is_a_cancelled_query(standby: Standby) -> None:
    @reading_from_replica
    def read() -> object:
        with transaction.atomic():
            ask("SELECT count(*) FROM badges")
            if is_reading_from_replica():
                with primary_in_place():
                    take_table(standby)
                ended = "SELECT count(*) = 0 FROM pg_stat_activity WHERE query LIKE '%FROM badges'"
                assert processes.wait_until(lambda: bool(standby.run(ended)), seconds=120)
            return ask("SELECT pg_is_in_recovery()")

    standby.catch_up()

    assert read() is False
    assert counts() == {Outcome.CANCELLED: 1}


def test_write_by_the_way_is_done_on_the_primary_once(standby: Standby) -> None:
    @reading_from_replica
    def read() -> object:
        return ask("INSERT INTO reserved_slug_words (word) VALUES ('by-the-way') RETURNING word")

    standby.catch_up()

    assert read() == "by-the-way"
    assert counts() == {Outcome.WRITING: 1}


def test_what_is_not_there_yet_is_looked_for_on_the_primary(standby: Standby) -> None:
    @page_from_replica
    def view() -> str:
        if is_reading_from_replica():
            raise Http404
        return "found"

    standby.catch_up()

    assert view() == "found"
    assert counts() == {Outcome.NOT_THERE: 1}


def test_error_that_the_primary_makes_too_is_raised(standby: Standby) -> None:
    standby.catch_up()

    with pytest.raises(DatabaseError, match="division by zero"):
        reading_from_replica(ask)("SELECT 1 / 0")

    assert counts() == {Outcome.FAILED: 1}


def test_within_a_transaction_its_own_rows_are_read(standby: Standby) -> None:
    standby.catch_up()

    with transaction.atomic():
        assert reading_from_replica(ask)("SELECT pg_is_in_recovery()") is False


def test_what_is_kept_for_everybody_is_the_primarys(standby: Standby) -> None:
    standby.catch_up()
    recovers = reading_from_replica(ask)

    with primary_in_place():
        assert recovers("SELECT pg_is_in_recovery()") is False
    assert recovers("SELECT pg_is_in_recovery()") is True
    assert counts() == {Outcome.REPLICA: 1}


def test_snapshot_of_a_replica_does_not_hold_what_is_in_progress(standby: Standby) -> None:
    """Whom somebody erases just then is still in the file that is read there."""
    primary = connection.get_connection_params()
    insert = "INSERT INTO reserved_slug_words (word) VALUES (%s) RETURNING pg_current_xact_id()"
    with psycopg.connect(**primary) as slow:
        (in_progress,) = slow.execute(insert, ["slow"]).fetchone()
        ask("INSERT INTO reserved_slug_words (word) VALUES ('quick') RETURNING word")
        standby.catch_up()
        with psycopg.connect(**connections["replica"].get_connection_params()) as there:
            _, snapshot = snapshot_of(there)
            seen = there.execute("SELECT word FROM reserved_slug_words").fetchall()

    assert ("quick",) in seen
    assert ("slow",) not in seen
    visible = f"SELECT pg_visible_in_snapshot('{in_progress}'::xid8, '{snapshot}'::pg_snapshot)"
    assert ask(visible) is False


def test_who_writes_reads_from_the_primary(standby: Standby) -> None:
    standby.catch_up()

    with reading_for(may=False, after=0):
        assert reading_from_replica(ask)("SELECT pg_is_in_recovery()") is False
    assert counts() == {Outcome.WRITING: 1}


def test_job_reads_from_the_primary_and_is_not_counted(standby: Standby) -> None:
    standby.catch_up()
    token = seen.reader.set(seen.NOBODY)
    try:
        assert reading_from_replica(ask)("SELECT pg_is_in_recovery()") is False
    finally:
        seen.reader.reset(token)
    assert counts() == {}


def test_long_reading_has_all_that_is_committed_or_comes_from_the_primary(
    standby: Standby,
) -> None:
    standby.catch_up()
    assert connection_for_reading(seconds=60).alias == "replica"

    standby.pause()
    ask("INSERT INTO reserved_slug_words (word) VALUES ('later') RETURNING word")
    assert connection_for_reading(seconds=0).alias == "default"

    standby.resume()
    assert connection_for_reading(seconds=60).alias == "replica"
    assert counts() == {Outcome.REPLICA: 2, Outcome.BEHIND: 1}
