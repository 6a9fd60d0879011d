"""What apps declare in their `operations.py`. Frozen dataclasses, standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Schedule:
    """`job` is the dotted path of a function without arguments that is safe to run twice."""

    name: str
    job: str
    every: timedelta


SCHEDULES: dict[str, Schedule] = {}


def register(schedule: Schedule) -> None:
    """Raises ValueError when the name is taken by another declaration."""
    if SCHEDULES.setdefault(schedule.name, schedule) != schedule:
        raise ValueError(f"Two schedules are named {schedule.name}.")
