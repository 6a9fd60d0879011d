"""gunicorn's settings: rendering is the bottleneck, so processes first and a few threads each."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from typing import Any

import environ

env = environ.Env()
bind = env.str("STEWARD_BIND", default="127.0.0.1:8000")
workers = env.int("WEB_CONCURRENCY", default=min(multiprocessing.cpu_count(), 4))
threads = 4
worker_class = "gthread"
timeout = 60
accesslog = "-"
# Each process counts its own requests; in this folder they are added up.
shared = tempfile.TemporaryDirectory(prefix="steward-metrics-")
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", shared.name)


def post_worker_init(worker: Any) -> None:
    """gunicorn's hook: the application is loaded, and no request is taken yet."""
    from config.warming import get_ready

    get_ready()


def child_exit(server: Any, worker: Any) -> None:
    """gunicorn's hook: the gauges of a process that ended are forgotten, its counters stay."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    shared.cleanup()


# Nobody manages it through a socket: the process manager does.
control_socket_disable = True
