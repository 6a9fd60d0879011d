"""Turns declared schedules into queued jobs.

Redis remembers each schedule's slot of time: two tickers, or one that restarts, queue it once.
"""

from __future__ import annotations

from datetime import datetime

import django_rq

from ops.registry import SCHEDULES, Schedule


def slot(schedule: Schedule, now: datetime) -> int:
    """The number of whole periods since 1970."""
    return int(now.timestamp() // schedule.every.total_seconds())


def enqueue_due(now: datetime) -> list[str]:
    """Queue what is due; returns the names of the schedules that were."""
    queue = django_rq.get_queue("low")
    due = []
    for schedule in SCHEDULES.values():
        key = f"steward:tick:{schedule.name}:{slot(schedule, now)}"
        lifetime = int(2 * schedule.every.total_seconds())
        if queue.connection.set(key, 1, nx=True, ex=lifetime):
            queue.enqueue(schedule.job)
            due.append(schedule.name)
    return due
