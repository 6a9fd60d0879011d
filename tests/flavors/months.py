"""Moments of the last month and of the next one, whatever the date is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tests.flavors.tasting import run


def month_of(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)


THIS, NEXT = month_of(datetime.now(UTC).date())
LAST = (THIS - timedelta(days=1)).replace(day=1)
MONTHS = (f"{LAST.replace(day=3)}", f"{LAST.replace(day=17)}", f"{NEXT}")


def make_last_month() -> None:
    """Its partition; those of this month and of the next ones are there."""
    run("SELECT create_partition('flavor_descriptors', 'month', %s)", LAST)
