"""`manage.py services`, the environment that it fills, and the URLs in it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.management import execute_from_command_line
from redis import Redis

from config import demo, services
from config.services import paths, processes
from config.services.postgres import Postgres
from config.services.redis_server import RedisServer
from config.services.urls import redis_database, redis_url, with_redis_database
from tests.config.embedded import pids


class Done(NamedTuple):
    stdout: str
    stderr: str


def manage(*arguments: str, expect: int = 0) -> Done:
    """As `manage.py` does it, in this process, whose input is no terminal."""
    stdout, stderr, code = StringIO(), StringIO(), 0
    with redirect_stdout(stdout), redirect_stderr(stderr):
        try:
            execute_from_command_line(["manage.py", *arguments])
        except SystemExit as exit:
            code = exit.code
    done = Done(stdout.getvalue(), stderr.getvalue())
    assert code == expect, done
    return done


def manage_apart(*arguments: str) -> Any:
    """What a `manage.py` of its own says in JSON."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments, "--json"],
        cwd=paths.CHECKOUT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=True,
    )
    return json.loads(done.stdout)


# --- The environment ---------------------------------------------------------------------------


def test_environment_is_filled_in(unnamed: Path) -> None:
    found = services.ensure_environment(durable=False)

    assert os.environ["DATABASE_URL"] == found.database_url == Postgres(unnamed).url
    assert os.environ["REDIS_URL"] == found.redis_url == RedisServer(unnamed).url


def test_secret_key_is_kept_and_private(unnamed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    services.ensure_environment(durable=False)
    first = os.environ["SECRET_KEY"]
    monkeypatch.setenv("SECRET_KEY", "")
    monkeypatch.setenv("REDIS_URL", "")

    services.ensure_environment(durable=False)

    assert os.environ["SECRET_KEY"] == first
    assert len(first) >= 50
    assert stat.S_IMODE((unnamed / "secret_key").stat().st_mode) == 0o600


def test_named_services_are_left_alone(unnamed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/steward")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere:6379/0")

    found = services.ensure_environment()

    assert found == services.Services("postgres://elsewhere/steward", "redis://elsewhere:6379/0")
    assert os.environ["SECRET_KEY"] == ""
    assert not unnamed.exists()


def test_only_the_service_that_is_not_named_starts(
    unnamed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/steward")

    services.ensure_environment(durable=False)

    assert RedisServer(unnamed).pid() is not None
    assert not Postgres(unnamed).data.exists()


# --- URLs --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "number", "other"),
    [
        ("redis://host:6379/0", 0, "redis://host:6379?db=5"),
        ("redis://user:p%40ss@host/3", 3, "redis://user:p%40ss@host?db=5"),
        ("rediss://host", 0, "rediss://host?db=5"),
        ("unix:///run/my%20redis.sock?db=2", 2, "unix:///run/my%20redis.sock?db=5"),
        ("redis://host/1?protocol=3", 1, "redis://host?protocol=3&db=5"),
    ],
)
def test_redis_url_of_another_database(url: str, number: int, other: str) -> None:
    assert redis_database(url) == number
    assert with_redis_database(url, 5) == other
    assert redis_database(other) == 5
    assert Redis.from_url(other).connection_pool.connection_kwargs["db"] == 5


def test_redis_url_quotes_the_path() -> None:
    url = redis_url(Path("/a b/100%/redis.sock"))

    pool = Redis.from_url(url).connection_pool

    assert pool.connection_kwargs["path"] == "/a b/100%/redis.sock"


# --- The command -------------------------------------------------------------------------------


def test_command_goes_through_a_day(unnamed: Path) -> None:
    stopped = json.loads(manage("services", "status", "--json").stdout)
    started = manage_apart("services", "start")
    running = json.loads(manage("services", "status", "--json").stdout)
    assert manage_apart("services", "stop") == {"stopped": ["postgres", "redis"]}

    assert stopped["postgres"]["running"] is stopped["redis"]["running"] is False
    assert running["postgres"]["running"] is running["redis"]["running"] is True
    assert running["postgres"]["version"].startswith("18.")
    assert running["postgres"]["data"] == str(Postgres(unnamed).data)
    for name in ("database_url", "redis_url"):
        assert stopped[name] == started[name] == running[name]
    assert pids(unnamed) == (None, None)


def test_command_refuses_to_reset_without_being_asked(unnamed: Path) -> None:
    services.start(unnamed, durable=False)

    refused = manage("services", "reset", expect=1)

    assert "add --yes" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert None not in pids(unnamed)


def test_command_resets_with_yes_and_keeps_what_is_not_its_own(unnamed: Path) -> None:
    services.start(unnamed, durable=False)
    (unnamed / "backup.dump").write_text("precious", encoding="ascii")
    running = pids(unnamed)

    manage("services", "reset", "--yes")

    assert not any(processes.alive(pid) for pid in running if pid)
    assert not services.services_folder(unnamed).exists()
    assert (unnamed / "backup.dump").exists()


@pytest.mark.parametrize("command", [("stop",), ("reset", "--yes")])
def test_command_leaves_the_services_to_a_running_demo(
    unnamed: Path, command: tuple[str, ...]
) -> None:
    services.start(unnamed, durable=False)
    with demo.only_demo(unnamed, "http://127.0.0.1:8123/admin/"):
        refused = manage("services", *command, expect=1)

    assert f"runs at http://127.0.0.1:8123/admin/ (pid {os.getpid()})" in refused.stderr
    assert "Ctrl-C" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert None not in pids(unnamed)


def test_command_stops_what_a_demo_left_behind(unnamed: Path) -> None:
    services.start(unnamed, durable=False)
    with demo.only_demo(unnamed, "http://127.0.0.1:8123/admin/"):
        pass

    manage("services", "stop")

    assert pids(unnamed) == (None, None)


def test_command_answers_wrong_usage_with_2(unnamed: Path) -> None:
    assert "invalid choice" in manage("services", "restart", expect=2).stderr


def test_command_fails_with_one_line(unnamed: Path) -> None:
    unnamed.parent.joinpath("data").write_text("a file in the way", encoding="ascii")
    try:
        failed = manage("services", "start", expect=1)
    finally:
        unnamed.unlink()

    assert len(failed.stderr.splitlines()) == 1
    assert "Cannot write" in failed.stderr
