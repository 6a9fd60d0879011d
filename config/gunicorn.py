"""gunicorn's settings: rendering is the bottleneck, so processes first and a few threads each."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import environ

env = environ.Env()
bind = env.str("STEWARD_BIND", default="127.0.0.1:8000")
workers = env.int("WEB_CONCURRENCY", default=min(multiprocessing.cpu_count(), 4))
threads = 4
worker_class = "gthread"
timeout = 60
accesslog = "-"
# Where each process counts its own requests, which are added up.
SHARED = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "steward-web-"
# Seconds: a younger folder may be of a process that is about to hold it.
YOUNG = 60


def on_starting(server: Any) -> None:
    """gunicorn's hook, in the process that starts the others, and again in no reload."""
    clear_left_behind()
    if is_ours(os.environ.get(SHARED, "")):
        os.environ[SHARED] = tempfile.mkdtemp(prefix=PREFIX)
        hold(os.environ[SHARED])


def is_ours(folder: str) -> bool:
    """Not one that somebody named; none yet is."""
    return not folder or Path(folder).name.startswith(PREFIX)


def hold(folder: str | Path) -> int:
    """While this process lives, or one that it starts. Raises OSError if another one holds it."""
    held = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        raise
    return held


def clear_left_behind() -> None:
    """Of processes that were killed, and could not clear up: nobody holds their folders."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if folder.stat().st_mtime < time.time() - YOUNG:
                held = hold(folder)
                shutil.rmtree(folder, ignore_errors=True)
                os.close(held)


def post_worker_init(worker: Any) -> None:
    """gunicorn's hook: the application is loaded, and no request is taken yet."""
    from config.warming import get_ready

    get_ready()


def child_exit(server: Any, worker: Any) -> None:
    """gunicorn's hook: the gauges of a process that ended are forgotten, its counters stay."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    """gunicorn's hook, in the first process alone: the others need the folder while it lives."""
    if is_ours(folder := os.environ.get(SHARED, "")):
        shutil.rmtree(folder, ignore_errors=True)


# Nobody manages it through a socket: the process manager does.
control_socket_disable = True
