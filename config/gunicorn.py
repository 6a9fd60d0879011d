"""gunicorn's settings: rendering is the bottleneck, so processes first and a few threads each."""

from __future__ import annotations

import multiprocessing

import environ

env = environ.Env()
bind = env.str("STEWARD_BIND", default="127.0.0.1:8000")
workers = env.int("WEB_CONCURRENCY", default=min(multiprocessing.cpu_count(), 4))
threads = 4
worker_class = "gthread"
timeout = 60
accesslog = "-"
# Nobody manages it through a socket: the process manager does.
control_socket_disable = True
