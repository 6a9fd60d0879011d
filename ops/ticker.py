"""The clock of the house: starts what is due, takes back what died, sends what Redis lost."""

from __future__ import annotations

from datetime import datetime

import structlog

from ops import workers
from ops.models import Run
from ops.runner import perform
from ops.runs import reap, send_lost
from ops.schedules import start_due

log = structlog.get_logger(__name__)

# What tells people that no worker lives waits for none.
WITHOUT_WORKERS = ("check_alerts", "deliver_alert")


def tick(now: datetime) -> None:
    """Safe to run at any moment, in any number of processes. May raise RedisError."""
    for run in start_due(now):
        log.info("due", schedule=run.schedule, run=str(run.pk))
    for run in reap():
        log.warning("worker died", run=str(run.pk), operation=run.operation)
    stand_in()
    for run in send_lost():
        log.info("sent", run=str(run.pk), operation=run.operation)


def stand_in() -> None:
    """Check the alerts and tell of them here while no worker lives."""
    waiting = list(Run.objects.due().filter(operation__in=WITHOUT_WORKERS))
    if waiting and not workers.some_live():
        for run in waiting:
            log.warning("no worker lives: done here", run=str(run.pk), operation=run.operation)
            perform(run.pk)
