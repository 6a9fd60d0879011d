"""Who waits for whom, when many do."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from psycopg import Connection

from ops.monitoring import overview
from ops.monitoring.reports import fetch
from tests.ops.conftest import blocked_by, database_url, wait_for

type Waits = Callable[[Connection, int], None]

QUEUE = 24


@pytest.fixture
def connect(transactional_db: None) -> Iterator[Callable[[], Connection]]:
    opened: list[Connection] = []

    def open_one() -> Connection:
        opened.append(psycopg.connect(database_url()))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def waits(connect: object) -> Iterator[Waits]:
    """Lets a session wait for a lock, in a thread that ends when it has it or is cancelled."""
    threads: list[threading.Thread] = []
    waiting: list[Connection] = []

    def wait(session: Connection, key: int) -> None:
        def ask() -> None:
            try:
                session.execute("SELECT pg_advisory_xact_lock(%s)", [key])
            except psycopg.Error:
                # Cancelled: what it held is free again.
                session.rollback()

        waiting.append(session)
        threads.append(threading.Thread(target=ask))
        threads[-1].start()

    yield wait
    for session in waiting:
        session.cancel_safe()
    for thread in threads:
        thread.join(timeout=60)


def test_a_queue_has_one_line_for_each_that_waits(
    connect: Callable[[], Connection], waits: Waits, ops_user: User
) -> None:
    holder = connect()
    holder.execute("SELECT pg_advisory_xact_lock(1)")
    queue = [connect() for _ in range(QUEUE)]
    for place, each in enumerate(queue, start=1):
        waits(each, 1)
        wait_for(lambda place=place: len(blocked_by(holder.info.backend_pid)) == place + 1)

    shown = blocked_by(holder.info.backend_pid)
    pids = [each.info.backend_pid for each in (holder, *queue)]
    assert sorted(row["pid"] for row in shown) == sorted(pids)
    assert [row["depth"] for row in shown] == [0] + [1] * QUEUE
    assert overview.figures()["blocked_sessions"] >= QUEUE
    client = Client()
    client.force_login(ops_user)
    assert client.get(reverse("admin:ops_performancesnapshot_sessions")).status_code == 200


def test_a_chain_is_cut_in_the_middle(
    connect: Callable[[], Connection], waits: Waits, ops_user: User
) -> None:
    chain = [connect() for _ in range(5)]
    for key, each in enumerate(chain):
        each.execute("SELECT pg_advisory_xact_lock(%s)", [key])
    for key, each in enumerate(chain[1:]):
        waits(each, key)
    pids = [each.info.backend_pid for each in chain]
    wait_for(lambda: len(blocked_by(pids[0])) == 5)
    assert [(row["depth"], row["path"]) for row in blocked_by(pids[0])] == [
        (depth, pids[: depth + 1]) for depth in range(5)
    ]

    client = Client()
    client.force_login(ops_user)
    shown = client.get(reverse("admin:ops_performancesnapshot_sessions")).content.decode()
    moved_in = re.findall(r"monitoring-depth-[1-9]\d*", shown)
    assert len(set(moved_in)) == 4
    css = (settings.BASE_DIR / "static/monitoring.css").read_text()
    assert [each for each in moved_in if f".{each} " not in css] == []

    fetch("SELECT pg_cancel_backend(%s)", [pids[2]])
    wait_for(lambda: len(blocked_by(pids[0])) == 2)
    wait_for(lambda: len(blocked_by(pids[3])) == 2)


def test_who_waits_for_two_stands_below_both_and_counts_once(
    connect: Callable[[], Connection], waits: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, waiter = (connect() for _ in range(3))
    for each in (first, second):
        each.execute("SELECT pg_advisory_xact_lock_shared(1)")
    waits(waiter, 1)
    for each in (first, second):
        wait_for(lambda each=each: len(blocked_by(each.info.backend_pid)) == 2)
    # The figure is of the whole server; in its other databases anybody may begin to wait.
    roots = f"{first.info.backend_pid}, {second.info.backend_pid}"
    ours = f"(SELECT * FROM public.v_lock_conflicts WHERE root IN ({roots}))"
    monkeypatch.setattr(overview, "NOW", overview.NOW.replace("public.v_lock_conflicts", ours))
    assert overview.figures()["blocked_sessions"] == 1


@pytest.fixture
def other_database(transactional_db: None) -> Iterator[str]:
    name = f"{connection.settings_dict['NAME']}_beside"
    with psycopg.connect(database_url(), autocommit=True) as session:
        session.execute(f"DROP DATABASE IF EXISTS {name}")
        session.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        yield name
        session.execute(f"DROP DATABASE {name} (FORCE)")


def test_a_table_of_another_database_has_no_name_here(other_database: str) -> None:
    with (
        psycopg.connect(database_url(), dbname=other_database) as holder,
        psycopg.connect(database_url(), dbname=other_database) as waiter,
    ):
        holder.execute("CREATE TABLE held (n int)")
        holder.commit()
        holder.execute("LOCK TABLE held")
        waiting = threading.Thread(target=waiter.execute, args=["SELECT FROM held"])
        waiting.start()
        wait_for(lambda: len(blocked_by(holder.info.backend_pid)) == 2)
        shown = blocked_by(holder.info.backend_pid)[1]
        holder.rollback()
        waiting.join(timeout=60)

    assert shown["wants"] == f"relation in {other_database} (AccessShareLock)"
