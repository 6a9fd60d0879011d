"""Every page of the admin that can be read (issue 8), over the data that is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

from django.contrib.auth.models import User
from django.test import Client

from tests.bench import measuring
from tests.bench.goals.caches import attend
from tests.bench.goals.goal import Figure, Goal
from tests.bench.measuring import Call, on_clock
from tests.screens import Screen, screens
from tests.test_permissions import NOBODY, rule_of

CALLS = 20
# Screen → what it may answer beside 200: a question with answers is never deleted, and a member's
# wheel is a file for who asks by a button.
REFUSALS = {"quizbank_question_delete": 403, "flavors_flavorwheel_saved_file": 405}
MILLISECONDS, QUERIES = 100, 12


def goals() -> Iterator[Goal]:
    for name, address in pages():
        yield Goal(
            f"screen {name}", 8, MILLISECONDS, partial(opened, name, address), queries=QUERIES
        )


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


@cache
def someone() -> User:
    user, _ = User.objects.get_or_create(
        username="bench", defaults={"is_staff": True, "is_superuser": True}
    )
    return user


@cache
def staff() -> Client:
    client = Client()
    client.force_login(someone())
    return client


def page(name: str, address: str) -> Call:
    return partial(look, address, REFUSALS.get(name))


def look(address: str, refusal: int | None = None) -> None:
    status = staff().get(address).status_code
    if status not in (200, refusal):
        raise LookupError(f"{address} answers {status}")


def opened(name: str, address: str) -> Figure:
    staff()
    attend()
    return on_clock([page(name, address)] * min(CALLS, measuring.CALLS), are_alike=True)
