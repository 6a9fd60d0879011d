"""Seed 003's baselines, measured."""

from __future__ import annotations

import pytest
from django.db import connection

from flavors import alerts


@pytest.mark.django_db
def test_functions_are_compared_with_what_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function of ours sleeps for 20 ms where 10 are expected; one that nobody calls is left
    out."""
    monkeypatch.setattr(alerts, "BASELINES", {"slow_of_alerts": 10, "uncalled": 1})
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION slow_of_alerts(n integer) RETURNS void LANGUAGE sql"
            " AS 'SELECT pg_sleep(0.02)'"
        )
        for _ in range(10):
            cursor.execute("SELECT slow_of_alerts(7)")
    [(name, percent)] = alerts.of_baselines().items()
    assert name == "slow_of_alerts"
    assert percent >= 200
