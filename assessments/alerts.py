"""What the alert rules of seed 000 measure: subject → value."""

from __future__ import annotations

import time
from datetime import timedelta

from django.utils import timezone

from assessments.models.choices import CareerLevel
from assessments.queries.boards import BOARD
from assessments.queries.directory import page_of_profiles
from ops.matviews import REFRESH, last_refresh
from ops.probes import failures, growth, refresh_took

type Values = dict[str, float]

CALLS = 20


def refresh_seconds() -> Values:
    took = refresh_took(BOARD)
    return {} if took is None else {"": took.total_seconds()}


def failed_refreshes() -> Values:
    """Within a day."""
    failed = failures(operation=REFRESH, target=BOARD, within=timedelta(days=1))
    return {"": float(failed)}


def board_age() -> Values:
    """Nothing before the first refresh, which a schedule starts."""
    moment = last_refresh(BOARD)
    return {} if moment is None else {"": (timezone.now() - moment).total_seconds()}


def profile_milliseconds() -> Values:
    """The p95 of the public list, asked for each career level in turn."""
    levels = list(CareerLevel)
    taken = sorted(milliseconds_of(levels[n % len(levels)]) for n in range(CALLS))
    return {"": taken[int(CALLS * 0.95) - 1]}


def milliseconds_of(level: str) -> float:
    began = time.perf_counter()
    page_of_profiles({"level": level}, None)
    return (time.perf_counter() - began) * 1000


def growth_of_a_week() -> Values:
    return {"": float(growth(7))}


def growth_of_a_month() -> Values:
    return {"": float(growth(30))}
