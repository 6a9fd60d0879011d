"""What the alert rules of seed 000 measure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assessments import alerts
from assessments.queries.boards import BOARD
from ops import probes
from ops.models import Run, ViewState
from ops.models.run import Status
from tests.assessments.test_leaderboard import refresh
from tests.ops.snapshots import insert_snapshot

pytestmark = pytest.mark.django_db


def test_refresh_and_age_of_the_boards() -> None:
    refresh()
    moment = timezone.now() - timedelta(minutes=20)
    ViewState.objects.filter(pk=BOARD).update(duration=timedelta(seconds=11), refreshed_at=moment)
    assert alerts.refresh_seconds() == {"": 11}
    assert 1200 <= alerts.board_age()[""] < 1260


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
    assert alerts.failed_refreshes() == {"": 5}


def test_lists_of_profiles_take_time() -> None:
    assert alerts.profile_milliseconds()[""] > 0


@pytest.mark.parametrize(
    ("days_ago", "gigabytes", "week", "month"),
    [(6, 11, 11, 11), (20, 15, 0, 15), (40, 90, 0, 0)],
)
def test_growth_of_a_week_and_of_a_month(
    monkeypatch: pytest.MonkeyPatch, days_ago: int, gigabytes: int, week: int, month: int
) -> None:
    monkeypatch.setattr(probes, "size_now", lambda: 100 * 2**30)
    size = (100 - gigabytes) * 2**30
    insert_snapshot(timedelta(days=days_ago), database={"bytes": size})
    assert alerts.growth_of_a_week() == {"": week * 2**30}
    assert alerts.growth_of_a_month() == {"": month * 2**30}
