"""`manage.py demo` as somebody runs it: a process of its own, its pages, its end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import psycopg
import pytest

from config import demo, services
from config.services.paths import CHECKOUT
from config.services.postgres import Postgres
from config.services.processes import alive
from ops.schema.comparing import OK, compare
from ops.schema.expecting import expectations
from ops.schema.reading import read_catalog, read_own_catalog
from tests.config.embedded import finish, pids, read_until


def manage(data: Path, *arguments: str) -> subprocess.Popen[str]:
    """As in a terminal where nothing is set, but for the data folder."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env=kept | {"STEWARD_DATA": str(data)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def running(tmp_path: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The demo, and what it said until its logins stood there."""
    process = manage(tmp_path, "demo", "--port", str(port))
    try:
        yield process, read_until(process, "  analyst ")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=300)
        services.reset(tmp_path)


def descendants(root: int) -> set[int]:
    """Processes below `root`, from the table of all."""
    table = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=True)
    parents = [tuple(map(int, line.split())) for line in table.stdout.splitlines()]
    found = {root}
    while grown := {pid for pid, parent in parents if parent in found} - found:
        found |= grown
    return found - {root}


def log_in(url: str, username: str, password: str) -> OpenerDirector:
    """A browser that is logged in, as far as http goes."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    form = browser.open(f"{url}login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    assert token is not None
    sent = {"csrfmiddlewaretoken": token[1], "username": username, "password": password}
    browser.open(f"{url}login/", urlencode(sent).encode())
    return browser


def drift(data: Path) -> list[str]:
    """What the demo's schema has otherwise than that of the tests."""
    expected = list(expectations(read_own_catalog()))
    with psycopg.connect(Postgres(data).url) as conn:
        found = compare(expected, read_catalog(conn))
    return [each.name for each in found if each.state != OK]


def views(data: Path) -> list[tuple[str, bool, bool]]:
    """Each materialized view, whether it is stale and whether rows are known of it."""
    with psycopg.connect(Postgres(data).url) as conn:
        return conn.execute(
            "SELECT view_name, is_stale, row_count > 0 FROM mv_refresh_status"
        ).fetchall()


def test_demo_from_start_to_end(
    db: None, tmp_path: Path, port: int, running: tuple[subprocess.Popen[str], list[str]]
) -> None:
    process, said = running
    url = f"http://{demo.HOST}:{port}/admin/"
    assert f"Steward runs at {url}" in said
    [_, password, *_] = next(line.split() for line in said if line.startswith("  content "))
    below, servers = descendants(process.pid), pids(tmp_path)
    drifted, kept = drift(tmp_path), views(tmp_path)
    refused = manage(tmp_path, "services", "stop")

    browser = log_in(url, "content", password)
    start = browser.open(url).read().decode()
    questions = browser.open(f"{url}quizbank/question/").read().decode()
    assert "What waits for you" in start
    assert "62 questions" in questions
    assert f"runs at {url} (pid {process.pid})" in finish(refused)
    assert refused.returncode == 1
    # gunicorn with its processes, two workers, the ticker.
    assert len(below) >= 5
    assert None not in servers
    assert drifted == []
    assert [view for view in kept if view[1:] != (False, True)] == []

    process.send_signal(signal.SIGINT)
    finish(process)

    assert process.returncode == 0
    assert [pid for pid in (*below, *servers) if pid and alive(pid)] == []
    assert pids(tmp_path) == (None, None)
