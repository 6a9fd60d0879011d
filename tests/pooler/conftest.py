"""A real PgBouncer in transaction mode, with fewer connections than there are people."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from config.services import paths, processes
from config.services.postgres import OWNER, Postgres, _as_server_user

PROGRAM = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
SERVERS = 2
type Place = dict[str, Any]
PORT = 6432
SETTINGS = """
[databases]
* = host={server} port=5432
[pgbouncer]
unix_socket_dir = {folder}
listen_addr =
listen_port = {port}
pool_mode = transaction
default_pool_size = {servers}
max_client_conn = 50
auth_type = trust
auth_file = {folder}/users
query_wait_timeout = 120
"""


@pytest.fixture(scope="session")
def pgbouncer() -> str:
    """Skips where there is none; with STEWARD_BROWSER_TESTS=1, which the CI sets, it has to be."""
    if PROGRAM:
        return PROGRAM
    if os.environ.get("STEWARD_BROWSER_TESTS"):
        pytest.fail("PgBouncer is not installed")
    pytest.skip("PgBouncer is not installed")


@pytest.fixture(scope="package")
def pooler_folder(pgbouncer: str, worker_id: str) -> Iterator[Path]:
    """Where a PgBouncer in front of the tests' server listens."""
    here = Path(os.environ["STEWARD_DATA"])
    server = Postgres(here)
    root = here / "poolers" / worker_id
    paths.make_private(paths.services_folder(root))
    folder = paths.make_private(paths.socket_folder(root))
    (folder / "users").write_text(f'"{OWNER}" ""\n')
    settings = folder / "settings.ini"
    settings.write_text(
        SETTINGS.format(server=server.sockets, folder=folder, port=PORT, servers=SERVERS)
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*_as_server_user(server.data), pgbouncer, "-q", str(settings)],
            stdout=log,
            stderr=log,
            cwd="/",
        )
    try:
        assert processes.wait_until(lambda: listens(folder), seconds=60), (
            folder / "log"
        ).read_text()
        yield folder
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(root, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def listens(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(folder / f".s.PGSQL.{PORT}"))
        except OSError:
            return False
    return True


@pytest.fixture
def pooled(pooler_folder: Path, transactional_db: None, settings: Any) -> Iterator[Place]:
    """Django's connections go through it; runs go to the server itself."""
    there = {name: connection.settings_dict[name] for name in ("HOST", "PORT")}
    names = ("NAME", "HOST", "PORT", "USER", "PASSWORD")
    settings.DATABASE_DIRECT = {name: connection.settings_dict[name] for name in names}
    connection.close()
    behind: Place = {"HOST": str(pooler_folder), "PORT": str(PORT)}
    connection.settings_dict.update(behind)
    yield behind
    connection.close()
    connection.settings_dict.update(there)
