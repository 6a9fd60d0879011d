"""What the screens of operations read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Model
from psycopg import sql

from ops.keys import made_between, midnight
from ops.models import Run, ScheduleState
from ops.models.run import RunQuerySet, Status
from ops.models.schedule import Outcome
from ops.registry import Operation, Schedule, declared
from ops.schedules import PUNCTUAL, latest_moment, next_moment


def failed_runs(user: Any, *, since: date) -> RunQuerySet:
    """Ordered since that day, of those that this person may see."""
    # Uses index: run_list, for rank and key.
    failed = Run.objects.visible_to(user).filter(rank=0, status=Status.FAILED)
    return failed.filter(made_between(midnight(since), None))


@dataclass(frozen=True)
class ScheduleRow:
    """A declared schedule as it stands; `operation` is None when no app declares it."""

    schedule: Schedule
    operation: Operation | None
    is_enabled: bool
    # A moment came, and no ticker dealt with it.
    is_late: bool
    last_moment: datetime | None
    last_outcome: str
    last_run: Run | None
    next_moment: datetime | None


def schedule_rows(now: datetime) -> list[ScheduleRow]:
    """In two queries; the late ones first, then by name."""
    states = {state.name: state for state in ScheduleState.objects.with_last_tick()}
    runs = Run.objects.in_bulk([state.last_run for state in states.values() if state.last_run])
    rows = []
    for name, schedule in declared(Schedule).items():
        state = states.get(name)
        outcome = state.last_outcome if state else None
        rows.append(
            ScheduleRow(
                schedule=schedule,
                operation=declared(Operation).get(schedule.operation),
                is_enabled=state is None or state.is_enabled,
                is_late=is_late(schedule, state, now),
                last_moment=state.last_moment if state else None,
                last_outcome=Outcome(outcome).label if outcome else "",
                last_run=runs.get(state.last_run) if state else None,
                next_moment=next_moment(schedule, now) if not state or state.is_enabled else None,
            )
        )
    return sorted(rows, key=lambda row: (not row.is_late, row.schedule.name))


def is_late(schedule: Schedule, state: ScheduleState | None, now: datetime) -> bool:
    """Also true of a schedule that no ticker has met yet."""
    if state is None:
        return True
    moment = latest_moment(schedule, now)
    dealt_with = max(state.since, state.last_moment or state.since)
    return state.is_enabled and moment > dealt_with and now - moment > PUNCTUAL


def values_in_index(model: type[Model], column: str) -> list[str]:
    """The distinct texts of a column, in order; hops over an index that begins with it."""
    # Uses index: audit_by_action, audit_by_thing: one probe a value and partition.
    query = sql.SQL("""
        WITH RECURSIVE hop (value) AS (
            (SELECT {column} FROM {table} ORDER BY {column} LIMIT 1)
            UNION ALL
            SELECT (
                SELECT {column} FROM {table} WHERE {column} > hop.value ORDER BY {column} LIMIT 1
            )
            FROM hop WHERE hop.value IS NOT NULL
        )
        SELECT value FROM hop WHERE value IS NOT NULL LIMIT 200
    """).format(column=sql.Identifier(column), table=sql.Identifier(model._meta.db_table))
    with connection.cursor() as cursor:
        # As text: in a request that writes, pghistory reads it.
        cursor.execute(query.as_string())
        return [value for (value,) in cursor.fetchall()]
