"""Measured with `uv run pytest tests/bench -n 0 --benchmark-enable`; else run once, small."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from django.test import Client

from tests.bench.bank import fill

MEASURED, TRIED = 100_000, 300


@pytest.fixture(scope="module")
def bank_size(request: pytest.FixtureRequest) -> int:
    return MEASURED if request.config.getoption("benchmark_enable") else TRIED


@contextmanager
def own_database() -> Iterator[None]:
    """A copy of the tests' one, so that it can be committed and vacuumed."""
    tests, bench = connection.settings_dict["NAME"], f"{connection.settings_dict['NAME']}_bench"
    assert tests.startswith(TEST_DATABASE_PREFIX), "Mark a test with django_db: it makes them."
    quote = connection.ops.quote_name
    with connection._nodb_cursor() as cursor:
        connection.close()
        cursor.execute(f"DROP DATABASE IF EXISTS {quote(bench)} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {quote(bench)} TEMPLATE {quote(tests)}")
        connection.settings_dict["NAME"] = bench
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = tests
            cursor.execute(f"DROP DATABASE {quote(bench)} WITH (FORCE)")


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
