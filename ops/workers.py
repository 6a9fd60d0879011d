"""The processes that do the runs, and how many of them live."""

from __future__ import annotations

from typing import Any

import django_rq
import rq
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import worker_registration

# How often a worker says that it lives, and after how much silence it does no longer: one that was
# killed says nothing.
BEAT_SECONDS, SILENT_SECONDS = 15, 60
# RQ beats that much earlier than the time it is given.
EARLIER = 15


class Worker(rq.Worker):
    """RQ's own says for seven minutes after its death that it lives; and where Redis was wiped, it
    is not known any more, although it works."""

    def __init__(self, *args: Any, **given: Any) -> None:
        times = {"worker_ttl": BEAT_SECONDS + EARLIER, "job_monitoring_interval": BEAT_SECONDS}
        super().__init__(*args, **given | times)

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        super().heartbeat(SILENT_SECONDS, pipeline)
        worker_registration.register(self, pipeline)


def living() -> int:
    """Raises RedisError."""
    connection = django_rq.get_connection("normal")
    keys = worker_registration.get_keys(connection=connection)
    return int(connection.exists(*keys)) if keys else 0


def some_live() -> bool:
    """Without Redis nobody could reach one."""
    try:
        return living() > 0
    except RedisError:
        return False
