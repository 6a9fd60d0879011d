"""PostgreSQL and Redis for development, the demo and the tests. Settings never start anything.

Safety: `reset` deletes one folder that was made here, `<data folder>/services`, with the servers
stopped and the lock held. Servers that DATABASE_URL or REDIS_URL name are never touched.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from config.services import paths
from config.services.errors import BusyError, ServiceError
from config.services.paths import data_folder, folder_size, services_folder
from config.services.postgres import Postgres
from config.services.redis_server import RedisServer

__all__ = [
    "NAMES",
    "BusyError",
    "ServiceError",
    "ServiceStatus",
    "Services",
    "Status",
    "data_folder",
    "ensure_environment",
    "folder_size",
    "reset",
    "services_folder",
    "start",
    "status",
    "stop",
]

VARIABLES = {"postgres": "DATABASE_URL", "redis": "REDIS_URL"}
NAMES = tuple(VARIABLES)
LOCK_SECONDS = 120
LOCK_BUSY = "Another command has been starting or stopping the services for two minutes."


@dataclass(frozen=True)
class Services:
    database_url: str
    redis_url: str


@dataclass(frozen=True)
class ServiceStatus:
    """`external`: named by the environment, hence none of our business."""

    external: bool
    running: bool
    pid: int | None
    version: str | None
    data: str | None


@dataclass(frozen=True)
class Status:
    database_url: str
    redis_url: str
    postgres: ServiceStatus
    redis: ServiceStatus

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def start(data: Path | None = None, *, durable: bool = True) -> Services:
    """Start both servers of the data folder unless they run. `durable=False` is for tests."""
    root = data or data_folder()
    with _prepared(root):
        for server in _servers(root, durable).values():
            server.start()
    return Services(Postgres(root).url, RedisServer(root).url)


def ensure_environment(data: Path | None = None, *, durable: bool = True) -> Services:
    """Start what the environment names no server for, and name it there."""
    root = data or data_folder()
    missing = [name for name in NAMES if not os.environ.get(VARIABLES[name])]
    if missing:
        with _prepared(root):
            for name in missing:
                server = _servers(root, durable)[name]
                server.start()
                os.environ[VARIABLES[name]] = server.url
            if not os.environ.get("SECRET_KEY"):
                os.environ["SECRET_KEY"] = paths.kept_secret(root)
    return Services(os.environ["DATABASE_URL"], os.environ["REDIS_URL"])


def stop(data: Path | None = None, *, only: tuple[str, ...] = NAMES) -> list[str]:
    """Stop the embedded servers; the names of those that ran."""
    root = data or data_folder()
    if not services_folder(root).exists():
        return []
    with _lock(root):
        return [name for name, server in _servers(root).items() if name in only and server.stop()]


def status(data: Path | None = None) -> Status:
    root = data or data_folder()
    servers = _servers(root)
    return Status(
        database_url=os.environ.get("DATABASE_URL") or servers["postgres"].url,
        redis_url=os.environ.get("REDIS_URL") or servers["redis"].url,
        postgres=_service_status("postgres", servers["postgres"]),
        redis=_service_status("redis", servers["redis"]),
    )


def reset(data: Path | None = None) -> None:
    """Stop the embedded servers and delete everything that they keep."""
    root = data or data_folder()
    folder = services_folder(root)
    if not folder.exists():
        return
    with _lock(root):
        paths.make_private(folder)
        for server in _servers(root).values():
            server.stop()
        shutil.rmtree(folder)
        shutil.rmtree(paths.socket_folder(root), ignore_errors=True)


def _service_status(name: str, server: Postgres | RedisServer) -> ServiceStatus:
    if os.environ.get(VARIABLES[name]):
        return ServiceStatus(external=True, running=True, pid=None, version=None, data=None)
    pid = server.pid()
    return ServiceStatus(
        external=False,
        running=pid is not None,
        pid=pid,
        version=server.version() if pid else None,
        data=str(server.data),
    )


def _servers(root: Path, durable: bool = True) -> dict[str, Postgres | RedisServer]:
    return {"postgres": Postgres(root, durable), "redis": RedisServer(root, durable)}


@contextmanager
def _prepared(root: Path) -> Iterator[None]:
    """The lock, and the folders that servers need, checked to be private."""
    with _lock(root):
        paths.make_private(services_folder(root))
        paths.make_private(paths.socket_folder(root))
        yield


@contextmanager
def _lock(root: Path) -> Iterator[None]:
    with paths.locked(root / "services.lock", seconds=LOCK_SECONDS, busy=LOCK_BUSY):
        yield
