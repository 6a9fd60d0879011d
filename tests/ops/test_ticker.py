from __future__ import annotations

from datetime import UTC, datetime, timedelta

import django_rq
import pytest

from ops.registry import Schedule, register
from ops.ticker import enqueue_due, slot

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _empty_redis() -> None:
    django_rq.get_connection("low").flushdb()


def test_enqueue_due_twice_in_one_slot_queues_once() -> None:
    first, second = enqueue_due(NOON), enqueue_due(NOON + timedelta(seconds=30))

    assert "clear-sessions" in first
    assert second == []
    assert len(django_rq.get_queue("low")) == len(first)


def test_enqueue_due_in_the_next_slot_queues_again() -> None:
    enqueue_due(NOON)

    assert enqueue_due(NOON + timedelta(hours=1)) == ["discard-old-previews"]


def test_slot_changes_with_the_period() -> None:
    hourly = Schedule("x", job="y", every=timedelta(hours=1))

    assert slot(hourly, NOON + timedelta(minutes=59)) == slot(hourly, NOON)
    assert slot(hourly, NOON + timedelta(minutes=60)) == slot(hourly, NOON) + 1


def test_register_refuses_two_of_one_name() -> None:
    with pytest.raises(ValueError, match="clear-sessions"):
        register(Schedule("clear-sessions", job="other", every=timedelta(hours=1)))
