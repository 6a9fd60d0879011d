"""A machine as the operations manual sets it up: a server of its own, and Steward's processes."""

from __future__ import annotations

import configparser
import os
import shlex
import shutil
import signal
import subprocess
import sys
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from config.services.postgres import OWNER, _as_server_user, _binaries
from config.supervisor import kill_session
from tests.docs.pages import ROOT, Block

SERVER = """
listen_addresses = ''
unix_socket_directories = '{folder}'
wal_level = replica
fsync = off
max_connections = 40
"""
# What a command of the manual is called where the tests run.
WRAPPER = '#!/bin/sh\nexec {command} "$@"\n'


class House:
    """In `folder`, which is short (sockets have short names) and belongs to whom the server may
    run as. `port` is the web server's.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.units: list[subprocess.Popen[bytes]] = []
        self.steward: dict[str, str] = {}
        programs = folder / "bin"
        programs.mkdir()
        self.wrap("manage.py", sys.executable, str(ROOT / "manage.py"))
        # PostgreSQL refuses root.
        for name in ("pg_ctl", "pg_basebackup"):
            self.wrap(name, *_as_server_user(folder), str(_binaries() / name))

    def wrap(self, name: str, *command: str) -> None:
        file = self.folder / "bin" / name
        file.write_text(WRAPPER.format(command=shlex.join(command)))
        file.chmod(0o755)

    @property
    def environment(self) -> dict[str, str]:
        """Of a command: the shell's, PostgreSQL's administrator's, and what the manual has set."""
        path = (self.folder / "bin", Path(sys.executable).parent, _binaries(), os.environ["PATH"])
        own = {
            "PATH": ":".join(map(str, path)),
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "PGHOST": str(self.folder),
            "PGUSER": "postgres",
            "PGDATABASE": "postgres",
            "REPLICA": str(self.folder / "replica"),
        }
        return own | self.steward

    # --- The server ---------------------------------------------------------------------------
    def make_server(self) -> None:
        options = ["--username", "postgres", "--auth", "trust", "--no-sync", "--encoding", "UTF8"]
        locale = ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"]
        self.call("pg_ctl", "init", "-o", shlex.join([*options, *locale]))
        with (self.folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(SERVER.format(folder=self.folder))
        self.call("pg_ctl", "start")

    def restart_server(self) -> None:
        """What `systemctl restart postgresql` does."""
        self.call("pg_ctl", "restart")

    def start_replica(self) -> None:
        """Beside the primary, on one machine."""
        options = ("--options", "-c port=5433 -c listen_addresses=")
        data = ("--pgdata", str(self.folder / "replica"), "--silent")
        log = ("--log", str(self.folder / "replica.log"))
        self.run(shlex.join(["pg_ctl", "start", *data, *log, *options]))

    def call(self, program: str, *arguments: str) -> None:
        data = ("--pgdata", str(self.folder / "data"), "--silent")
        log = () if arguments[0] == "init" else ("--log", str(self.folder / "log"))
        self.run(shlex.join([program, *arguments, *data, *log]))

    def copy_tables(self, database: dict[str, str], name: str) -> None:
        """What `migrate` would make of nothing, from a database of the tests: it takes a twentieth
        of the time."""
        there = f"--host={database['HOST']} --username={database['USER']}"
        dump = f"pg_dump --exclude-extension='*' --enable-row-security {there} {name}"
        self.run(f"{dump} | psql --quiet -v ON_ERROR_STOP=1 --username={OWNER} steward >/dev/null")

    def start_pooler(self, block: Block, program: str) -> None:
        """PgBouncer with the manual's file, but for its places and passwords."""
        pooler = read_ini(block.text)
        pooler["databases"]["steward"] = f"host={self.folder} port=5432"
        own = {"listen_addr": "", "unix_socket_dir": str(self.folder), "auth_type": "trust"}
        pooler["pgbouncer"].update(own | {"auth_file": str(self.folder / "users")})
        (self.folder / "users").write_text(f'"{OWNER}" ""\n')
        with (self.folder / "pooler.ini").open("w") as file:
            pooler.write(file)
        self.start([*_as_server_user(self.folder), program, "-q", str(self.folder / "pooler.ini")])

    # --- Commands -----------------------------------------------------------------------------
    def run(self, script: str, where: object = "") -> str:
        """What it said. Fails with its errors."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, f"{where}: {script}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def follow(self, block: Block) -> str:
        return self.run(block.text.replace("127.0.0.1:8000", f"127.0.0.1:{self.port}"), block)

    # --- Steward ------------------------------------------------------------------------------
    def use(self, block: Block, redis_url: str) -> None:
        """The environment of the manual, with this machine's places."""
        manual = dict(line.split("=", 1) for line in block.text.splitlines())
        here = {
            "DATABASE_URL": f"postgres://{OWNER}@/steward?host={self.folder}",
            "REDIS_URL": redis_url,
            "STEWARD_BIND": f"127.0.0.1:{self.port}",
            "STEWARD_DATA": str(self.folder / "steward"),
            "STEWARD_BACKUP_DIR": str(self.folder / "backups"),
            "WEB_CONCURRENCY": "1",
        }
        self.steward = manual | here

    def start_unit(self, command: str) -> None:
        program, *arguments = shlex.split(command)
        self.start([str(Path(sys.executable).parent / Path(program).name), *arguments])

    def start(self, command: list[str]) -> None:
        with (self.folder / "units.log").open("ab") as log:
            unit = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.units.append(unit)

    def is_ready(self) -> bool:
        web = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            host = self.steward["ALLOWED_HOSTS"]
            web.request("GET", "/readyz", headers={"Host": host, "X-Forwarded-Proto": "https"})
            return web.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            web.close()

    def stop_units(self) -> list[int]:
        """Their exit codes."""
        for unit in self.units:
            unit.send_signal(signal.SIGTERM)
        codes = [unit.wait(timeout=120) for unit in self.units]
        self.units = []
        return codes

    def close(self) -> None:
        for unit in self.units:
            kill_session(unit.pid)
            unit.wait()
        for name in ("replica", "data"):
            if (self.folder / name / "postmaster.pid").exists():
                data = str(self.folder / name)
                self.run(shlex.join(["pg_ctl", "stop", "-m", "immediate", "-s", "-D", data]))
        shutil.rmtree(self.folder)


def read_ini(text: str) -> configparser.ConfigParser:
    """Raises configparser.Error."""
    found = configparser.ConfigParser(interpolation=None)
    found.optionxform = str  # type: ignore[assignment, method-assign]
    found.read_string(text)
    return found


def unit_of(block: Block) -> configparser.SectionProxy | None:
    """Its [Service], if the block is a systemd unit."""
    try:
        unit = read_ini(block.text)
    except configparser.Error:
        return None
    return unit["Service"] if unit.has_section("Service") else None
