"""The probes of the alert rules: silent where all is well, a line where it is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.module_loading import import_string

from assessments import alerts
from assessments.queries.boards import BOARD
from ops import probes
from ops.models import DatabaseSize, Run, ViewState
from ops.models.run import Status
from ops.registry import AlertRule, declared
from tests.assessments.test_leaderboard import refresh

pytestmark = pytest.mark.django_db

KPIS = (
    "leaderboard-refresh-slow",
    "leaderboard-refresh-fails",
    "leaderboard-old",
    "public-profiles-slow",
    "index-hits-low",
    "database-grows-fast",
)


@pytest.mark.parametrize("name", KPIS)
def test_silent_where_all_is_well(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # However busy the machine of the tests is.
    monkeypatch.setattr(alerts, "SLOW_QUERY_MS", 60_000)
    monkeypatch.setattr(alerts, "INDEX_HIT_PERCENT", 0)
    refresh()
    assert import_string(declared(AlertRule)[name].probe)() == []


def test_slow_refresh() -> None:
    ViewState.objects.filter(pk=BOARD).update(duration=timedelta(seconds=11))
    assert alerts.slow_refresh() == ["The last refresh of the boards took 11.0 seconds."]


def test_failed_refreshes_of_a_day() -> None:
    now = timezone.now()
    values: dict[str, Any] = {
        "operation": "refresh",
        "target": BOARD,
        "status": Status.FAILED,
        "error": "x",
    }
    moments = [now] * 5 + [now - timedelta(days=2)]
    Run.objects.bulk_create(Run(**values, finished_at=moment) for moment in moments)
    assert alerts.failed_refreshes() == []
    Run.objects.create(**values, finished_at=now)
    assert alerts.failed_refreshes() == ["6 refreshes of the boards failed within a day."]


def test_old_board() -> None:
    moment = timezone.now() - timedelta(minutes=20)
    ViewState.objects.filter(pk=BOARD).update(refreshed_at=moment)
    assert alerts.old_board() == ["The boards are 20 minutes old."]


def test_slow_profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "SLOW_QUERY_MS", 0)
    [line] = alerts.slow_profiles()
    assert line.startswith("Of 20 lists of public profiles the slowest but one took")


def test_cold_indexes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "INDEX_HIT_PERCENT", 101)
    monkeypatch.setattr(alerts, "BLOCKS", 0)
    [line] = alerts.cold_indexes()
    assert "% of index blocks" in line


@pytest.mark.parametrize(
    ("days_ago", "gigabytes", "lines"),
    [(6, 11, 1), (6, 9, 0), (20, 15, 0), (20, 25, 1), (40, 90, 0)],
)
def test_growth_of_a_week_and_of_a_month(
    monkeypatch: pytest.MonkeyPatch, days_ago: int, gigabytes: int, lines: int
) -> None:
    monkeypatch.setattr(probes, "size_now", lambda: 100 * 2**30)
    DatabaseSize.objects.create(
        day=timezone.localdate() - timedelta(days=days_ago), bytes=(100 - gigabytes) * 2**30
    )
    assert len(alerts.fast_growth()) == lines


def test_size_is_noted_once_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    for size in (1, 2):
        monkeypatch.setattr(probes, "size_now", lambda size=size: size)
        probes.note_size()
    assert [each.bytes for each in DatabaseSize.objects.all()] == [1]
