"""Measured with `uv run pytest tests/bench -n 0 --benchmark-enable`; else run once, small."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.bench.filling.bank import fill
from tests.databases import own_database

MEASURED, TRIED = 100_000, 300


@pytest.fixture(scope="module")
def bank_size(request: pytest.FixtureRequest) -> int:
    return MEASURED if request.config.getoption("benchmark_enable") else TRIED


@pytest.fixture(scope="module")
def big_bank(django_db_setup: None, django_db_blocker: Any, bank_size: int) -> Iterator[int]:
    """Gives the number of questions."""
    with django_db_blocker.unblock(), own_database():
        fill(bank_size)
        yield bank_size


@pytest.fixture(scope="module")
def staff(big_bank: int, django_db_blocker: Any) -> Client:
    client = Client()
    with django_db_blocker.unblock():
        client.force_login(User.objects.create_superuser("bench"))
    return client
