"""What people are told when the database says no, or nothing."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection, transaction

from ops.errors import LOST, reason_of


@pytest.mark.django_db(transaction=True)
def test_lost_connection_does_not_say_that_nothing_was_done() -> None:
    with pytest.raises(OperationalError) as caught, transaction.atomic():
        connection.cursor().execute("SELECT pg_terminate_backend(pg_backend_pid())")

    assert reason_of(caught.value) == LOST


def test_server_that_is_gone_without_a_word_is_a_lost_connection() -> None:
    assert reason_of(OperationalError("server closed the connection unexpectedly")) == LOST


def test_timeout_is_none(db: None) -> None:
    with pytest.raises(OperationalError) as caught, transaction.atomic():
        connection.cursor().execute("SET LOCAL statement_timeout = 1; SELECT pg_sleep(60)")

    assert reason_of(caught.value) == "It took too long."
