"""The demo with trivial children, and its logins; the whole of it is tried in the browser tests."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from pytest_django.fixtures import Settings

from config import demo, services
from config.demo_logins import ROLES, logins_file, read_logins, synchronise_logins
from config.services.paths import CHECKOUT, write_private
from config.services.postgres import Postgres
from config.services.redis_server import RedisServer
from tests.config.embedded import finish, read_until

PROGRAM = """
import os, sys, pathlib
import django; django.setup()
from config.demo import Demo
from config.supervisor import Child
data, port, *preparation = sys.argv[1:]
web = Child("web", [sys.executable, "-u", "-m", "http.server", port, "--bind", "127.0.0.1"])
say = lambda line: print(line, flush=True)
try:
    sys.exit(Demo(int(port), pathlib.Path(data), say, lambda question: True,
                  preparation=preparation, children=[web]).run(fresh=False))
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    folder.mkdir()
    stored = [{"username": role.username, "password": "pass-word", "encoded": ""} for role in ROLES]
    write_private(logins_file(folder), json.dumps(stored))
    yield folder
    services.reset(folder)


def make_demo(data: Path, port: int, *, answer: bool = True) -> demo.Demo:
    return demo.Demo(port, data, lambda line: None, lambda question: answer)


def start_demo(data: Path, port: int, *preparation: str) -> subprocess.Popen[str]:
    unnamed = {"DATABASE_URL": "", "REDIS_URL": "", "SECRET_KEY": ""}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(data), str(port), *(preparation or ["/bin/true"])],
        cwd=CHECKOUT,
        env=os.environ | unnamed,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# --- One demo, one port ------------------------------------------------------------------------


def test_busy_port_is_one_line_and_starts_nothing(data: Path, port: int) -> None:
    with socket.socket() as taken:
        taken.bind((demo.HOST, port))
        taken.listen()

        with pytest.raises(demo.DemoError, match=rf"Port {port} is busy: .* --port"):
            make_demo(data, port).run(fresh=False)

    assert not services.services_folder(data).exists()


def test_port_of_a_closed_connection_is_free(port: int) -> None:
    demo.require_free_port(port)


def test_second_demo_is_told_where_the_first_is(data: Path, port: int) -> None:
    first = make_demo(data, port)
    with (
        demo.only_demo(data, first.url),
        pytest.raises(services.ServiceError, match=rf"already: {first.url} \(pid {os.getpid()}\)"),
    ):
        make_demo(data, port).run(fresh=False)


def test_demo_may_run_again_afterwards(data: Path) -> None:
    for _ in range(2):
        with demo.only_demo(data, "http://somewhere/"):
            pass


# --- A run -------------------------------------------------------------------------------------


def test_run_shows_the_logins_and_stops_what_it_started(data: Path, port: int) -> None:
    process = start_demo(data, port)
    said = read_until(process, "analyst")
    assert Postgres(data).pid() is not None

    process.send_signal(signal.SIGINT)
    rest = finish(process)

    assert process.returncode == 0
    assert f"Steward runs at http://127.0.0.1:{port}/admin/" in said
    assert sum("pass-word" in line for line in said) == 4
    assert any(line.startswith("web | ") for line in [*said, *rest.splitlines()])
    assert (Postgres(data).pid(), RedisServer(data).pid()) == (None, None)


def test_run_leaves_services_alone_that_ran_before(data: Path, port: int) -> None:
    services.start(data, durable=False)
    before = Postgres(data).pid()
    process = start_demo(data, port)
    read_until(process, "analyst")

    process.send_signal(signal.SIGTERM)
    finish(process)

    assert process.returncode == 0
    assert Postgres(data).pid() == before
    assert RedisServer(data).pid() is not None


def test_failed_preparation_ends_the_demo(data: Path, port: int) -> None:
    process = start_demo(data, port, "/bin/sh", "-c", "echo no way; exit 1")

    output, problem = process.communicate(timeout=300)

    assert process.returncode == 1
    assert "no way" in output
    assert problem.startswith("DemoError: The demo could not be prepared")
    assert Postgres(data).pid() is None


def test_interrupted_preparation_leaves_nothing_running(data: Path, port: int) -> None:
    process = start_demo(data, port, "/bin/sh", "-c", "echo preparing; exec sleep 300")
    read_until(process, "preparing")

    process.send_signal(signal.SIGINT)
    finish(process)

    assert process.returncode == 0
    assert Postgres(data).pid() is None


def test_children_are_told_about_plain_http(data: Path, port: int) -> None:
    environment = make_demo(data, port).environment()

    assert environment["STEWARD_INSECURE_HTTP"] == "1"
    assert environment["STEWARD_BIND"] == f"127.0.0.1:{port}"
    assert environment["ALLOWED_HOSTS"] == "127.0.0.1,localhost"
    assert environment["STEWARD_DATA"] == str(data)


# --- --fresh -----------------------------------------------------------------------------------


def test_fresh_deletes_data_and_logins(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    services.start(data, durable=False)

    make_demo(data, 1).wipe()

    assert not services.services_folder(data).exists()
    assert not logins_file(data).exists()


def test_fresh_keeps_everything_unless_confirmed(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    services.services_folder(data).mkdir()

    with pytest.raises(demo.DemoError, match="Nothing was deleted"):
        make_demo(data, 1, answer=False).wipe()

    assert services.services_folder(data).exists()
    assert logins_file(data).exists()


def test_fresh_refuses_a_database_that_is_not_its_own(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/steward")

    with pytest.raises(demo.DemoError, match="unset DATABASE_URL"):
        make_demo(data, 1).wipe()

    assert logins_file(data).exists()


# --- Logins ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_logins_are_staff_in_their_groups(tmp_path: Path) -> None:
    synchronise_logins(tmp_path)

    users = get_user_model().objects.filter(is_staff=True, is_active=True, is_superuser=False)
    found = {
        user.get_username(): list(user.groups.values_list("name", flat=True)) for user in users
    }
    assert found == {role.username: [role.group] for role in ROLES}
    assert stat.S_IMODE(logins_file(tmp_path).stat().st_mode) == 0o600


@pytest.mark.django_db
def test_logins_work_with_the_passwords_shown(tmp_path: Path) -> None:
    synchronise_logins(tmp_path)

    login = read_logins(tmp_path)["content"]
    user = get_user_model().objects.get(username="content")
    assert user.check_password(login.password)
    assert len({each.password for each in read_logins(tmp_path).values()}) == 4


@pytest.mark.django_db
def test_logins_stay_as_they_are(tmp_path: Path) -> None:
    synchronise_logins(tmp_path)
    before = read_logins(tmp_path)

    synchronise_logins(tmp_path)

    assert read_logins(tmp_path) == before


@pytest.mark.django_db
def test_login_with_a_changed_password_gets_the_shown_one_back(tmp_path: Path) -> None:
    synchronise_logins(tmp_path)
    user = get_user_model().objects.get(username="ops")
    user.set_password("something else")
    user.save()

    synchronise_logins(tmp_path)

    user.refresh_from_db()
    assert user.check_password(read_logins(tmp_path)["ops"].password)


# --- Static files ------------------------------------------------------------------------------


def test_static_files_are_collected_once(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    said: list[str] = []

    demo.collect_static(said.append)
    demo.collect_static(said.append)

    assert said == ["Collecting static files …"]
    assert any((tmp_path / "static").iterdir())
