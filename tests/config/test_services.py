"""Real servers in folders of their own; nothing here is simulated."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import environ
import psycopg
import pytest
from redis import Redis

from config import services
from config.services import paths, postgres, processes
from config.services.postgres import Postgres
from tests.config.embedded import cleaned, pids

IS_ROOT = os.geteuid() == 0
NOBODY = pwd.getpwnam("nobody").pw_uid
needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root can become another user")
START = (
    "import sys, pathlib; from config import services; services.start(pathlib.Path(sys.argv[1]))"
)


# --- Starting and stopping ---------------------------------------------------------------------


def test_start_serves_both(folder: Path) -> None:
    found = services.start(folder)

    with psycopg.connect(found.database_url) as connection:
        row = connection.execute("SELECT current_user, current_database()").fetchone()
    with Redis.from_url(found.redis_url) as client:
        assert client.ping()
    assert row == ("steward_owner", "steward")


def test_start_twice_keeps_the_servers(folder: Path) -> None:
    services.start(folder)
    first = pids(folder)

    services.start(folder)

    assert pids(folder) == first
    assert None not in first


def test_start_after_stop_finds_the_data(folder: Path) -> None:
    found = services.start(folder)
    write_something(found)

    assert services.stop(folder) == ["postgres", "redis"]
    services.start(folder)

    assert read_something(found) == (1, b"kept")


def test_stop_ends_the_processes(folder: Path) -> None:
    services.start(folder)
    running = pids(folder)

    services.stop(folder)

    assert not any(processes.alive(pid) for pid in running if pid)
    assert services.stop(folder) == []


def test_stop_ends_only_what_is_named(folder: Path) -> None:
    services.start(folder)

    assert services.stop(folder, only=("redis",)) == ["redis"]

    postgres_pid, redis_pid = pids(folder)
    assert postgres_pid is not None
    assert redis_pid is None


def test_start_survives_kill_9(folder: Path) -> None:
    found = services.start(folder)
    write_something(found)
    before = pids(folder)
    for pid in before:
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    services.start(folder)

    assert set(pids(folder)).isdisjoint(before)
    assert read_something(found) == (1, b"kept")


def test_start_survives_a_stale_pid_file(folder: Path) -> None:
    services.start(folder)
    leave_pid_file(folder, gone_pid())

    services.start(folder)

    assert Postgres(folder).pid() is not None


def test_start_survives_a_pid_file_that_names_another_process(folder: Path) -> None:
    services.start(folder)
    with bystander() as other:
        leave_pid_file(folder, other.pid)

        services.start(folder)

        assert Postgres(folder).pid() not in {None, other.pid}
        assert other.poll() is None


def test_stop_leaves_a_process_alone_that_a_stale_pid_file_names(folder: Path) -> None:
    services.start(folder)
    with bystander() as other:
        leave_pid_file(folder, other.pid)

        assert services.stop(folder) == ["redis"]

        assert other.poll() is None


def test_start_at_once_makes_one_server(folder: Path) -> None:
    starters = [
        subprocess.Popen([sys.executable, "-c", START, str(folder)], cwd=paths.CHECKOUT)
        for _ in range(3)
    ]

    assert [each.wait(300) for each in starters] == [0, 0, 0]

    mark = f" -D {Postgres(folder).data} -c "
    postmasters = [pid for pid, line in processes.command_lines().items() if mark in line]
    assert postmasters == [Postgres(folder).pid()]


def test_two_folders_at_once_do_not_meet(folder: Path, tmp_path: Path) -> None:
    for other in cleaned(tmp_path / "data2"):
        write_something(services.start(folder))
        found = services.start(other)

        assert set(pids(folder)).isdisjoint(pids(other))
        with psycopg.connect(found.database_url) as connection:
            row = connection.execute("SELECT to_regclass('something')").fetchone()
        assert row == (None,)


# --- Odd places --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["with some spaces", "a" * 160, "comma, 'quote' and ümlaut %41+"])
def test_start_in_an_odd_folder(tmp_path: Path, name: str) -> None:
    for root in cleaned(tmp_path / name / "data"):
        found = services.start(root, durable=False)

        with psycopg.connect(found.database_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        with Redis.from_url(found.redis_url) as client:
            assert client.ping()


def test_sockets_with_spaces_stay_in_the_folder_and_settings_can_read_them() -> None:
    root = Path("/srv/my checkout/.steward")
    server = Postgres(root)

    config = environ.Env().db_url_config(server.url)

    assert server.sockets == root / "services" / "run"
    assert config["OPTIONS"] == {"host": str(server.sockets)}
    assert (config["USER"], config["NAME"], config["HOST"]) == ("steward_owner", "steward", "")


def test_socket_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    root = tmp_path / ("a" * 120)
    planted = paths.socket_folder(root)
    planted.symlink_to(tmp_path)
    try:
        with pytest.raises(services.ServiceError, match="is not a folder of ours"):
            services.start(root)
    finally:
        planted.unlink()


@needs_root
def test_folder_of_another_user_is_refused(folder: Path) -> None:
    made = services.services_folder(folder)
    made.mkdir(parents=True)
    os.chown(made, NOBODY, -1)

    with pytest.raises(services.ServiceError, match="belongs to another user"):
        services.start(folder)

    os.chown(made, 0, -1)


@needs_root
def test_root_serves_from_a_closed_folder_without_opening_it(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for root in cleaned(closed / "data"):
        services.start(root, durable=False)

        pid = Postgres(root).pid()
        assert Path(f"/proc/{pid}").stat().st_uid == NOBODY
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert closed.stat().st_uid == 0


@needs_root
def test_other_users_cannot_reach_the_sockets(folder: Path) -> None:
    services.start(folder, durable=False)

    listing = subprocess.run(
        ["/bin/ls", str(paths.socket_folder(folder))],
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        capture_output=True,
        check=False,
    )

    assert stat.S_IMODE(paths.socket_folder(folder).stat().st_mode) == 0o700
    assert b"Permission denied" in listing.stderr


@needs_root
def test_ordinary_user_can_start_stop_and_reset() -> None:
    setpriv = shutil.which("setpriv")
    assert setpriv is not None
    # The capability only lets them read this interpreter, which may lie in root's home.
    reading = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    become = [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *reading]
    script = (
        "import os, sys, pathlib; from config import services;"
        "root = pathlib.Path(sys.argv[1]); services.start(root); print(os.geteuid());"
        "print(services.status(root).postgres.running); services.reset(root)"
    )
    # Not in tmp_path, whose parents are closed to them.
    home = Path("/tmp") / f"steward-test-{os.getpid()}"
    home.mkdir(mode=0o700)
    os.chown(home, NOBODY, -1)
    try:
        done = subprocess.run(
            [*become, sys.executable, "-B", "-c", script, str(home / "data")],
            cwd=paths.CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        shutil.rmtree(home)

    assert done.stdout.split() == [str(NOBODY), "True"], done.stderr


# --- What cannot work --------------------------------------------------------------------------


def test_data_of_another_version_is_one_clear_line(folder: Path) -> None:
    services.start(folder, durable=False)
    services.stop(folder)
    (Postgres(folder).data / "PG_VERSION").write_text("17\n", encoding="ascii")

    with pytest.raises(services.ServiceError, match=r"made by PostgreSQL 17, this is 18: .*reset"):
        services.start(folder)


def test_failing_start_shows_what_the_server_said(folder: Path) -> None:
    services.start(folder, durable=False)
    services.stop(folder)
    with (Postgres(folder).data / "postgresql.conf").open("a", encoding="ascii") as stream:
        stream.write("\nnonsense = on\n")

    with pytest.raises(services.ServiceError) as caught:
        services.start(folder)

    first, *details = str(caught.value).splitlines()
    assert first.startswith("PostgreSQL did not start; its log is ")
    assert 'unrecognized configuration parameter "nonsense"' in "\n".join(details)


def test_missing_wheel_says_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "find_spec", lambda name: None)

    with pytest.raises(services.ServiceError, match="set DATABASE_URL, or install"):
        services.start(folder)


# --- Helpers -----------------------------------------------------------------------------------


def write_something(found: services.Services) -> None:
    with psycopg.connect(found.database_url) as connection:
        connection.execute("CREATE TABLE something AS SELECT 1 AS number")
    with Redis.from_url(found.redis_url) as client:
        client.set("something", "kept")


def read_something(found: services.Services) -> tuple[object, object]:
    with psycopg.connect(found.database_url) as connection:
        row = connection.execute("SELECT number FROM something").fetchone()
    with Redis.from_url(found.redis_url) as client:
        return (row or (None,))[0], client.get("something")


def leave_pid_file(root: Path, pid: int) -> None:
    """Kill the server so that its pid files stay, and let them name `pid`."""
    running = Postgres(root).pid()
    assert running is not None
    os.kill(running, signal.SIGKILL)
    processes.wait_until(lambda: not processes.alive(running), seconds=120)
    for file in (
        Postgres(root).data / "postmaster.pid",
        Postgres(root).sockets / ".s.PGSQL.5432.lock",
    ):
        lines = file.read_text(encoding="ascii").split("\n")
        file.write_text("\n".join([str(pid), *lines[1:]]), encoding="ascii")


def gone_pid() -> int:
    done = subprocess.Popen(["/bin/true"])
    done.wait()
    return done.pid


class bystander:
    """A process of the user that PostgreSQL runs as: only such a one keeps it from starting."""

    def __enter__(self) -> subprocess.Popen[bytes]:
        user = NOBODY if IS_ROOT else None
        self.process = subprocess.Popen(["/bin/sleep", "300"], user=user)
        return self.process

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
