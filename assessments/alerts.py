"""Probes of the alert rules: what is wrong, a line each; silent where all is well."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from assessments.models.choices import CareerLevel
from assessments.queries.boards import BOARD
from assessments.queries.directory import page_of_profiles
from ops.matviews import REFRESH, last_refresh
from ops.probes import failures, growth, note_size, refresh_took

SLOW_REFRESH = timedelta(seconds=10)
OLD_BOARD = timedelta(seconds=900)
FAILURES_A_DAY = 5
SLOW_QUERY_MS = 50
CALLS = 20
INDEX_HIT_PERCENT = 95
# Fewer blocks say nothing.
BLOCKS = 10_000
# Days → bytes.
GROWTH = {7: 10 * 2**30, 30: 20 * 2**30}


def slow_refresh() -> list[str]:
    took = refresh_took(BOARD)
    if took is None or took <= SLOW_REFRESH:
        return []
    return [f"The last refresh of the boards took {took.total_seconds():.1f} seconds."]


def failed_refreshes() -> list[str]:
    failed = failures(operation=REFRESH, target=BOARD, within=timedelta(days=1))
    if failed <= FAILURES_A_DAY:
        return []
    return [f"{failed:,} refreshes of the boards failed within a day."]


def old_board() -> list[str]:
    """Silent before the first refresh, which a schedule starts."""
    moment = last_refresh(BOARD)
    if moment is None or (age := timezone.now() - moment) <= OLD_BOARD:
        return []
    return [f"The boards are {age.total_seconds() / 60:,.0f} minutes old."]


def slow_profiles() -> list[str]:
    """The public list, asked for each career level in turn."""
    levels = list(CareerLevel)
    taken = sorted(milliseconds_of(levels[n % len(levels)]) for n in range(CALLS))
    p95 = taken[int(CALLS * 0.95) - 1]
    if p95 <= SLOW_QUERY_MS:
        return []
    return [f"Of {CALLS} lists of public profiles the slowest but one took {p95:,.0f} ms."]


def milliseconds_of(level: str) -> float:
    began = time.perf_counter()
    page_of_profiles({"level": level}, None)
    return (time.perf_counter() - began) * 1000


def cold_indexes() -> list[str]:
    """Of all index blocks that were read since the server's statistics began."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(sum(idx_blks_hit), 0), COALESCE(sum(idx_blks_read), 0)"
            " FROM pg_statio_user_indexes"
        )
        hit, read = cursor.fetchone()
    if hit + read < BLOCKS or (percent := 100 * hit / (hit + read)) >= INDEX_HIT_PERCENT:
        return []
    return [f"Only {percent:.1f} % of index blocks were found in memory."]


def fast_growth() -> list[str]:
    """Looks back as far as the sizes go that it noted each day that it was asked."""
    note_size()
    return [
        f"The database grew by {filesizeformat(grown)} within {days} days."
        for days, limit in GROWTH.items()
        if (grown := growth(days)) > limit
    ]
