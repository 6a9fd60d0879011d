"""Every page of the admin that can be read, over the data that is loaded: how long the server
takes, and how often it asks the database."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.bench.figures import Spread, milliseconds, spread_of
from tests.screens import Screen, screens
from tests.test_permissions import NOBODY, rule_of

CALLS = 20
MILLISECONDS, QUERIES = 100, 12


@dataclass(frozen=True)
class Page:
    """`spread` of CALLS calls, after two that warmed up; `sql` milliseconds of one of them."""

    name: str
    address: str
    status: int
    queries: int
    sql: float
    spread: Spread | None = None

    @property
    def falls_short(self) -> bool:
        slow = self.spread is not None and self.spread.p95 >= MILLISECONDS
        return slow or self.queries > QUERIES or self.status != 200


def pages() -> Iterator[tuple[str, str]]:
    """(name, address) of what shows a superuser a page."""
    for screen in screens():
        rule = rule_of(screen)
        shows = rule.granted == 200 and rule.permission != NOBODY and not rule.post_only
        if shows and screen.name not in ("login", "logout") and (found := address_of(screen)):
            yield screen.name, found


def address_of(screen: Screen) -> str | None:
    try:
        return screen.address(rule_of(screen).arguments)
    except AssertionError:  # no row of its model is loaded
        return None


def walk(only: str = "") -> Iterator[Page]:
    client = Client()
    client.force_login(someone())
    # As config/gunicorn.py does it.
    gc.collect()
    gc.freeze()
    for name, address in pages():
        if only in name:
            yield measure(client, name, address)
    gc.unfreeze()


def someone():  # type: ignore[no-untyped-def]
    from django.contrib.auth.models import User

    return User.objects.get_or_create(
        username="bench", defaults={"is_staff": True, "is_superuser": True}
    )[0]


def measure(client: Client, name: str, address: str) -> Page:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    found = Page(
        name,
        address,
        answer.status_code,
        len(asked),
        1000 * sum(float(query["time"]) for query in asked.captured_queries),
    )
    if answer.status_code != 200:
        return found
    times = spread_of(milliseconds(lambda: client.get(address)) for _ in range(CALLS))
    return Page(name, address, answer.status_code, found.queries, found.sql, times)
