"""What the moderation queue takes among 100,000 profiles, of which a tenth waits.

Measured: `uv run pytest tests/bench/test_queue.py -n 0 --benchmark-enable -s`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from assessments.models import PublicProfile
from assessments.models.choices import Action
from assessments.moderation import waiting
from assessments.moderation.claims import claim_next
from assessments.moderation.deciding import decide
from assessments.moderation.item import item_of
from assessments.moderation.waiting import EVERYTHING
from tests.bench.filling.members import fill_profiles, fill_sessions
from tests.databases import own_database

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def calls(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[int]:
    """Gives how often to ask."""
    is_measured = request.config.getoption("benchmark_enable")
    with django_db_blocker.unblock(), own_database():
        fill_sessions(125_000 if is_measured else 125)
        fill_profiles(100_000 if is_measured else 100)
        yield 50 if is_measured else 2


def show_list(user: User) -> None:
    now = timezone.now()
    assert waiting.rows(user, EVERYTHING, now, 0)
    assert waiting.counts(user, EVERYTHING, now)["all"]


def take(user: User) -> UUID:
    key = claim_next(user=user, wanted=EVERYTHING)
    assert key
    return key


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def test_queue(benchmark: Any, calls: int) -> None:
    """The 95th of 100, as a person waits: queries and Python."""
    user = User.objects.create_user("mo")
    taken: dict[str, list[float]] = {"list": [], "take": [], "item": [], "decide": []}
    for _ in range(calls):
        taken["list"].append(milliseconds(lambda: show_list(user)))
        taken["take"].append(milliseconds(lambda: take(user)))
        key, version = PublicProfile.objects.values_list("pk", "version").get(claimed_by=user)
        taken["item"].append(milliseconds(lambda key=key: item_of(key, user, timezone.now())))  # type: ignore[misc]
        publish = {"key": key, "action": Action.PUBLISH, "version": version, "user": user}
        taken["decide"].append(milliseconds(lambda given=publish: decide(**given)))  # type: ignore[misc]
    found = {name: f"{sorted(times)[int(calls * 0.95)]:.1f} ms" for name, times in taken.items()}
    benchmark.extra_info |= found
    print(found)
    benchmark.pedantic(lambda: show_list(user), rounds=1)
