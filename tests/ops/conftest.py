"""Workers in processes of their own, and waiting without sleeping longer than needed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection

from config.supervisor import kill_session
from ops.monitoring import sessions
from ops.monitoring.reports import Row
from tests.databases import own_database
from tests.ops import operations_for_tests  # noqa: F401  # declares them

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = """
import sys, django; django.setup()
import tests.ops.operations_for_tests
from tests.ops import stalling; stalling.install()
from django.core.management import call_command
call_command(*sys.argv[1:])
"""


def wait_for[T](condition: Callable[[], T], seconds: float = 120.0) -> T:
    """The first true value of `condition`; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"never came true: {condition}")
        time.sleep(0.02)
    return found


def database_url() -> str:
    """Of the test database of this test process."""
    database = connection.settings_dict
    user = quote(database["USER"])
    password = f":{quote(database['PASSWORD'])}" if database["PASSWORD"] else ""
    host, port = database["HOST"], database["PORT"]
    if host.startswith("/"):
        place, query = "", f"?host={quote(host, safe='')}" + (f"&port={port}" if port else "")
    else:
        place, query = f"{host}:{port}", ""
    return f"postgres://{user}{password}@{place}/{database['NAME']}{query}"


@pytest.fixture(scope="module")
def counted_anew(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database whose statements are those of this module: a snapshot holds the 2,000 that cost
    most, and of one that ran often elsewhere it holds other figures."""
    with django_db_blocker.unblock(), own_database():
        yield


class Processes:
    """Management commands in processes of their own, which know the tests' operations."""

    def __init__(self) -> None:
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *command],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": database_url(), "LOG_LEVEL": "WARNING"},
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        return self.start("rqworker", "high", "normal", "low", "-v", "0")

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """SIGKILL to it and to everything it started."""
        kill_session(process.pid)
        process.wait()

    def end(self) -> None:
        for process in self.started:
            self.kill(process)


@pytest.fixture
def processes(transactional_db: None) -> Iterator[Processes]:
    started = Processes()
    yield started
    started.end()
    wait_for(lambda: other_sessions() == 0)


def other_sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def somebody_waits() -> bool:
    """For this connection; other databases have waits of their own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


def blocked_by(holder: int) -> list[Row]:
    """The one that holds up and those that wait for it; the other databases of the server are not
    ours."""
    return [each for each in sessions.blockers() if holder in each["path"]]


def member_of(group: str, username: str) -> User:
    user = User.objects.create_user(username, password="a-long-password-1", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def ops_user(db: None) -> User:
    return member_of("ops", "olga")
