"""A streaming replica of the server that the tests use."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg import sql

from config.services import paths, processes
from config.services.postgres import SUPERUSER, Postgres, _as_server_user, _binaries

# A query that stands in the way of replaying is cancelled at once.
IMPATIENT = "max_standby_streaming_delay = 0\nwal_retrieve_retry_interval = 100ms\n"


class Standby:
    """In a folder beside the primary's, which goes with it."""

    def __init__(self, name: str) -> None:
        here = Path(os.environ["STEWARD_DATA"])
        self.primary = Postgres(here, durable=False)
        self.server = Postgres(here / "replicas" / name, durable=False)

    def make(self) -> None:
        self.remove()
        paths.make_private(paths.services_folder(self.server.root))
        paths.make_private(self.server.sockets)
        # Whoever runs the server may write here.
        folder = self.server.data.parent
        shutil.chown(folder, *owner(self.primary.data))
        subprocess.run(
            [
                *_as_server_user(self.primary.data),
                str(_binaries() / "pg_basebackup"),
                *("--pgdata", str(self.server.data), "--checkpoint", "fast", "--no-sync"),
                *("--wal-method", "stream", "--write-recovery-conf"),
                *("--host", str(self.primary.sockets), "--username", SUPERUSER),
            ],
            check=True,
            capture_output=True,
            cwd="/",
        )
        with (self.server.data / "postgresql.auto.conf").open("a") as settings:
            settings.write(IMPATIENT)
        self.start()

    def start(self) -> None:
        if not self.server._lets_us_in():
            self.server._launch()

    def stop(self) -> None:
        self.server.stop()

    def remove(self) -> None:
        if self.server.data.exists():
            self.server.stop()
        shutil.rmtree(self.server.root, ignore_errors=True)

    def run(self, query: str, *parameters: object) -> object:
        """Of the replica's server, as the superuser."""
        return first(self.server, query, *parameters)

    def pause(self) -> None:
        self.run("SELECT pg_wal_replay_pause()")
        state = "SELECT pg_get_wal_replay_pause_state()"
        assert processes.wait_until(lambda: self.run(state) == "paused", seconds=120)

    def resume(self) -> None:
        self.run("SELECT pg_wal_replay_resume()")

    def receive_all(self) -> None:
        """Waits until it has received all that is committed by now, replayed or not."""
        self._reach("pg_last_wal_receive_lsn()")

    def catch_up(self) -> None:
        """Waits until it has replayed all that is committed by now."""
        self._reach("pg_last_wal_replay_lsn()")

    def _reach(self, place: str) -> None:
        # Written and flushed here and now, and with it all before it.
        mark = "SELECT pg_logical_emit_message(false, 'tests', '', true)::text"
        wanted = first(self.primary, mark)
        reached = f"SELECT {place} >= %s::pg_lsn"
        assert processes.wait_until(lambda: bool(self.run(reached, wanted)), seconds=120)

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """Nothing comes in from the primary, which it cannot reach."""
        known = str(self.run("SHOW primary_conninfo"))
        self._connect_to("host=/nowhere")
        receivers = "SELECT count(*) FROM pg_stat_wal_receiver"
        assert processes.wait_until(lambda: self.run(receivers) == 0, seconds=120)
        yield
        self._connect_to(known)

    def _connect_to(self, primary: str) -> None:
        with self.server._connect("postgres") as connection:
            name = sql.Literal(primary)
            connection.execute(sql.SQL("ALTER SYSTEM SET primary_conninfo = {}").format(name))
            connection.execute("SELECT pg_reload_conf()")


def owner(folder: Path) -> tuple[int, int]:
    found = folder.stat()
    return found.st_uid, found.st_gid


def first(server: Postgres, query: str, *parameters: object) -> object:
    with server._connect("postgres") as connection:
        cursor = connection.execute(query.encode(), parameters or None)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None
