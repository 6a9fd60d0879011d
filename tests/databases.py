"""A database beside the tests' own one, for what has to be committed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.base.creation import TEST_DATABASE_PREFIX


@contextmanager
def own_database() -> Iterator[None]:
    """A copy of the tests' one, so that it can be committed and vacuumed."""
    tests, own = connection.settings_dict["NAME"], f"{connection.settings_dict['NAME']}_own"
    assert tests.startswith(TEST_DATABASE_PREFIX), "Mark a test with django_db: it makes them."
    quote = connection.ops.quote_name
    with connection._nodb_cursor() as cursor:
        connection.close()
        cursor.execute(f"DROP DATABASE IF EXISTS {quote(own)} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {quote(own)} TEMPLATE {quote(tests)}")
        connection.settings_dict["NAME"] = own
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = tests
            cursor.execute(f"DROP DATABASE {quote(own)} WITH (FORCE)")
