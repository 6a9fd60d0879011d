"""Gives the test run its own PostgreSQL and Redis, before pytest-django reads the settings.

Loaded by `-p tests.plugin`; a conftest would come too late. Each run takes the first data folder
under `.steward/test` that no other run holds, so that runs at once do not meet.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from config import services
from config.services import paths
from config.services.postgres import Postgres
from config.services.urls import with_redis_database

SLOTS = 16


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-docs",
        action="store_true",
        help="Write what docs/ has from the code and the screens, instead of comparing it.",
    )


@pytest.hookimpl(wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Four at least: a test with a browser or a process of its own waits for much of its time."""
    return max(4, (yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None]:
    options = parser.parse_known_args(args)
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        _use_own_redis_databases(int(worker.removeprefix("gw")) + 1)
    elif not (options.help or options.version):
        cleanup = ExitStack()
        early_config.add_cleanup(cleanup.close)
        _prepare_environment(cleanup)
    return (yield)


def _prepare_environment(cleanup: ExitStack) -> None:
    # A test may drive a browser, whose event loop Django would mistake for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
    os.environ.setdefault("STEWARD_INSECURE_HTTP", "1")
    _keep_bytecode()
    try:
        folder = _free_folder(cleanup)
        os.environ["STEWARD_DATA"] = str(folder)
        cleanup.callback(services.stop, folder)
        _start(folder)
        _keep_statistics(folder)
    except services.ServiceError as error:
        raise pytest.UsageError(str(error)) from error


def _keep_bytecode() -> None:
    """A run starts some two hundred processes of Django's: two of the three seconds that each of
    them takes to start go into compiling, where nothing was kept. This one is the first.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(paths.data_folder() / "test" / "bytecode"))
    sys.dont_write_bytecode, sys.pycache_prefix = False, os.environ["PYTHONPYCACHEPREFIX"]


def _free_folder(cleanup: ExitStack) -> Path:
    parent = paths.data_folder() / "test"
    for number in range(SLOTS):
        folder = parent / str(number)
        with suppress(services.BusyError):
            cleanup.enter_context(paths.locked(folder / "run.lock", seconds=0, busy="busy"))
            return folder
    raise pytest.UsageError(f"{SLOTS} test runs hold the folders in {parent} already.")


def _start(folder: Path) -> None:
    try:
        services.ensure_environment(folder, durable=False)
    except services.ServiceError:
        # Written without fsync: a machine that crashed may have left it broken.
        services.reset(folder)
        services.ensure_environment(folder, durable=False)


def _keep_statistics(folder: Path) -> None:
    """The planner knows of a table what a test had it learn, whatever autovacuum would come to."""
    server = Postgres(folder, durable=False)
    if not server.listens():
        # The environment names another.
        return
    with server._connect("postgres") as connection:
        connection.execute("ALTER SYSTEM SET autovacuum = off")
        connection.execute("SELECT pg_reload_conf()")


def _use_own_redis_databases(number: int) -> None:
    """Three for each process of the run: jobs, Django's cache, and the declared caches."""
    os.environ["REDIS_URL"] = with_redis_database(os.environ["REDIS_URL"], 3 * number)
