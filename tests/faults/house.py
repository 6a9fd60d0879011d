"""Everything that one run of the faults stands on: servers, folders, settings, people and content.

Safety: all of it is in a new folder, and no server but those that were started there is touched.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from redis import Redis

from config import services
from config.services import processes
from config.services.postgres import DATABASE, OWNER, Postgres
from config.services.redis_server import RedisServer
from tests.faults.disk import Disk
from tests.faults.sink import Sink
from tests.replicas.standby import Standby

# The machine itself stays up, so nothing that PostgreSQL wrote is lost without fsync.
SERVER = {"fsync": "off", "wal_keep_size": "1GB", "checkpoint_timeout": "10min"}
AWAY = (psycopg.OperationalError, psycopg.InterfaceError)


class House:
    def __init__(self, folder: Path, *, megabytes: int = 256) -> None:
        self.folder, self.database = folder, DATABASE
        self.postgres, self.redis = Postgres(folder), RedisServer(folder)
        self.disk = Disk(folder / "disk", megabytes)
        self.sink = Sink()
        self.port = free_port()
        self.standby: Standby | None = None

    # --- Opening and closing -----------------------------------------------------------------
    def open(self, *, with_standby: bool = True) -> None:
        self.disk.mount()
        os.environ |= self.settings() | self.sink.open()
        for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DATABASE_REPLICA_URL"):
            os.environ.pop(name, None)
        services.ensure_environment(self.folder)
        for name, value in SERVER.items():
            self.ask(f"ALTER SYSTEM SET {name} = '{value}'")
        self.ask("SELECT pg_reload_conf()")
        if with_standby:
            self.standby = Standby("one")
            self.standby.make()
            sockets = quote(str(self.standby.server.sockets), safe="")
            os.environ["DATABASE_REPLICA_URL"] = f"postgres://{OWNER}@/{DATABASE}?host={sockets}"

    def settings(self) -> dict[str, str]:
        return {
            "STEWARD_DATA": str(self.folder),
            "STEWARD_ARCHIVE_DIR": str(self.disk.folder / "archive"),
            "STEWARD_EXPORT_DIR": str(self.disk.folder / "exports"),
            "STEWARD_BACKUP_DIR": str(self.disk.folder / "backups"),
            "STEWARD_WAREHOUSE_DIR": str(self.disk.folder / "warehouse"),
            "STEWARD_EXPORT_PART_ROWS": "300",
            "STEWARD_INSECURE_HTTP": "1",
            "STEWARD_BIND": f"127.0.0.1:{self.port}",
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "WEB_CONCURRENCY": "1",
            "DATABASE_REPLICA_MAX_LAG": "2",
            "LOG_JSON": "0",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }

    def close(self) -> None:
        if self.standby:
            with suppress(services.ServiceError):
                self.standby.stop()
        services.stop(self.folder)
        self.sink.close()
        self.disk.unmount()

    # --- The servers -------------------------------------------------------------------------
    def ask(self, query: str, *values: Any, seconds: float = 120) -> list[tuple[Any, ...]]:
        """As the superuser, on a connection of its own; waits for a server that is coming back."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                with self.postgres._connect(self.database) as connection:
                    cursor = connection.execute(query.encode(), values or None)
                    return cursor.fetchall() if cursor.description else []
            except AWAY:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def value(self, query: str, *values: Any) -> Any:
        return self.ask(query, *values)[0][0]

    def queue(self) -> Redis:
        """The database of jobs and of the stream of answers."""
        return Redis.from_url(os.environ["REDIS_URL"])

    def restart(self, name: str, *, in_good_order: bool) -> bool:
        """Of "postgres" or "redis", or after SIGKILL; whether there was one to restart."""
        server = self.postgres if name == "postgres" else self.redis
        pid = server.pid()
        if pid is None:
            return False
        if in_good_order:
            server.stop()
        else:
            os.kill(pid, signal.SIGKILL)
            processes.wait_until(lambda: not processes.alive(pid), seconds=60)
        server.start()
        return True

    def start(self) -> None:
        services.start(self.folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
