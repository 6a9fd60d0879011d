"""What Steward needs beside the database, asked now: Redis, workers, the ticker, the listener, and
whether the rules of alerts are still measured."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max, Min
from django.utils import timezone
from redis.exceptions import RedisError

from ops import workers
from ops.caching import store
from ops.durations import in_words
from ops.models import AlertReading, ScheduleState, ScheduleTick
from ops.models.alert import Level
from ops.monitoring.overview import Light

# Some schedule comes every five minutes; so does the check of the alerts, which takes a while.
TICKED = timedelta(minutes=10)
CHECKED = timedelta(minutes=15)
RUNS, SCHEDULES = "ops_run_changelist", "ops_schedulestate_changelist"


def services() -> list[Light]:
    return [*of_redis(), ticker(last_tick()), checks(last_check())]


def of_redis() -> list[Light]:
    """Without it nobody knows of the workers and of the listener."""
    try:
        count = workers.living()
    except (RedisError, OSError) as error:
        return [Light("Redis", Level.CRITICAL, f"does not answer: {error}", "")]
    return [
        Light("Redis", Level.OK, "answers", ""),
        Light("Workers", Level.OK, f"{count:,}", RUNS)
        if count
        else Light("Workers", Level.CRITICAL, "none: start manage.py rqworker", RUNS),
        listener(),
    ]


def listener() -> Light:
    title = "Listener of the caches"
    try:
        if store.is_attended():
            return Light(title, Level.OK, "passes on what changes", "")
    except store.Away:
        return Light(title, Level.WARNING, "nobody knows: its Redis does not answer", "")
    return Light(title, Level.WARNING, "none runs: what it looks after is not cached", "")


def last_tick() -> datetime | None:
    """Before the first one, when the ticker met the schedules."""
    last = ScheduleTick.objects.order_by("-pk").values_list("run_at", flat=True).first()
    return last or ScheduleState.objects.aggregate(first=Min("since"))["first"]


def ticker(moment: datetime | None) -> Light:
    if moment is None:
        return Light("Ticker", Level.CRITICAL, "never ran: start manage.py tick", SCHEDULES)
    silent = timezone.now() - moment
    words = in_words(silent)
    if silent > TICKED:
        text = f"did nothing for {words}: start manage.py tick"
        return Light("Ticker", Level.CRITICAL, text, SCHEDULES)
    return Light("Ticker", Level.OK, f"{words} ago", SCHEDULES)


def last_check() -> datetime | None:
    return AlertReading.objects.aggregate(last=Max("measured_at"))["last"]


def checks(moment: datetime | None) -> Light:
    """What the lights of the rules say is as old as the last check."""
    title = "Checks of the alerts"
    if moment is None:
        return Light(title, Level.WARNING, "none yet: one comes every five minutes", SCHEDULES)
    silent = timezone.now() - moment
    words = in_words(silent)
    if silent > CHECKED:
        return Light(title, Level.CRITICAL, f"none for {words}: see its last run", SCHEDULES)
    return Light(title, Level.OK, f"{words} ago", SCHEDULES)
