"""The clock of the house: starts what is due, takes back what died, sends what Redis lost."""

from __future__ import annotations

from datetime import datetime

import structlog

from ops.runs import reap, send_lost
from ops.schedules import start_due

log = structlog.get_logger(__name__)


def tick(now: datetime) -> None:
    """Safe to run at any moment, in any number of processes. May raise RedisError."""
    for run in start_due(now):
        log.info("due", schedule=run.schedule, run=str(run.pk))
    for run in reap():
        log.warning("worker died", run=str(run.pk), operation=run.operation)
    for run in send_lost():
        log.info("sent", run=str(run.pk), operation=run.operation)
