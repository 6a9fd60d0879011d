"""Schedules: what is due becomes a run, once, however many tickers look."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from ops import audit
from ops.models import Run, ScheduleState, ScheduleTick
from ops.models.schedule import Outcome
from ops.registry import Schedule, declared
from ops.runs import enqueue

# A ticker looks every few seconds: a moment that is older was missed.
PUNCTUAL = timedelta(minutes=2)


def start_due(now: datetime) -> list[Run]:
    """Start what each schedule's last moment asks for; returns the runs that are new."""
    meet_new_schedules()
    runs = []
    for state in ScheduleState.objects.with_last_tick().filter(is_enabled=True):
        schedule = declared(Schedule).get(state.name)
        if schedule is None:
            continue
        moment = latest_moment(schedule, now)
        if moment > max(state.since, state.last_moment or state.since):
            runs.append(start(schedule, moment, now))
    return [run for run in runs if run is not None]


def latest_moment(schedule: Schedule, now: datetime) -> datetime:
    return schedule.when.latest(timezone.localtime(now, timezone.get_default_timezone()))


def next_moment(schedule: Schedule, now: datetime) -> datetime:
    return schedule.when.following(timezone.localtime(now, timezone.get_default_timezone()))


def meet_new_schedules() -> None:
    known = set(ScheduleState.objects.values_list("name", flat=True))
    new = [ScheduleState(name=name) for name in declared(Schedule) if name not in known]
    ScheduleState.objects.bulk_create(new, ignore_conflicts=True)


@transaction.atomic
def start(schedule: Schedule, moment: datetime, now: datetime) -> Run | None:
    """The new run, if this ticker is the first at this moment and none is going already."""
    if not claim_tick(schedule.name, moment):
        return None
    tick = ScheduleTick.objects.filter(schedule=schedule.name, run_at=moment)
    if schedule.catch_up == "skip" and now - moment > PUNCTUAL:
        tick.update(outcome=Outcome.SKIPPED)
        return None
    run, created = enqueue(
        operation=schedule.operation,
        target=schedule.target,
        parameters=schedule.parameters,
        schedule=schedule.name,
    )
    tick.update(run=run, outcome=Outcome.STARTED if created else Outcome.JOINED)
    return run if created else None


def claim_tick(name: str, moment: datetime) -> bool:
    """Whether the tick is ours; a second ticker waits here until the first has committed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.ops_schedule_ticks (schedule_id, run_at, outcome)"
            " VALUES (%s, %s, 'started') ON CONFLICT DO NOTHING",
            [name, moment],
        )
        return cursor.rowcount == 1


@transaction.atomic
def switch_schedule(*, name: str, on: bool, user: Any) -> None:
    """Turned on again, it does not catch up what it missed while it was off."""
    meet_new_schedules()
    switched = ScheduleState.objects.filter(name=name).exclude(is_enabled=on)
    if switched.update(is_enabled=on, since=Now()):
        audit.record(
            action="switch_on" if on else "switch_off",
            entity_type="schedule",
            entity_id=name,
            actor=user,
        )


def run_schedule_now(*, schedule: Schedule, user: Any) -> tuple[Run, bool]:
    """By hand, beside its ticks."""
    return enqueue(
        operation=schedule.operation,
        target=schedule.target,
        parameters=schedule.parameters,
        user=user,
    )
