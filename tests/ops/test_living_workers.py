"""How many workers live, and who tells that none does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_rq
import pytest
import redis
from django.utils import timezone

from ops import ticker, workers
from ops.alerts import measures
from ops.models import Run
from ops.models.run import Status
from ops.runs import enqueue


@pytest.fixture
def worker() -> workers.Worker:
    found = django_rq.get_worker("high", "normal", "low")
    assert isinstance(found, workers.Worker)
    found.register_birth()
    return found


@pytest.fixture
def performed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The operations that the ticker did itself."""
    done: list[str] = []

    def perform(key: Any) -> None:
        done.append(Run.objects.get(pk=key).operation)

    monkeypatch.setattr(ticker, "perform", perform)
    return done


def away(*_: Any, **__: Any) -> Any:
    raise redis.ConnectionError("gone")


def test_worker_that_says_nothing_any_more_is_not_counted(worker: workers.Worker) -> None:
    worker.heartbeat(480)
    assert workers.living() == 1
    assert worker.connection.ttl(worker.key) <= workers.SILENT_SECONDS

    worker.connection.delete(worker.key)  # as its time would do it

    assert workers.living() == 0


def test_worker_is_known_again_after_redis_was_wiped(worker: workers.Worker) -> None:
    worker.connection.flushdb()
    assert workers.living() == 0

    worker.heartbeat()

    assert workers.living() == 1


def test_ticker_checks_the_alerts_where_no_worker_lives(db: None, performed: list[str]) -> None:
    enqueue(operation="check_alerts")
    enqueue(operation="analyze_partitions")

    ticker.stand_in()

    assert performed == ["check_alerts"]


def test_ticker_leaves_the_alerts_to_workers(
    db: None, worker: workers.Worker, performed: list[str]
) -> None:
    enqueue(operation="check_alerts")

    ticker.stand_in()

    assert performed == []
    assert Run.objects.get().status == Status.PENDING


def test_alerts_are_checked_while_redis_is_away(
    db: None, worker: workers.Worker, performed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert measures.redis_away() == {"": 0.0}
    monkeypatch.setattr(django_rq, "get_connection", away)
    enqueue(operation="check_alerts")

    ticker.stand_in()

    assert performed == ["check_alerts"]
    assert (measures.redis_away(), measures.workers()) == ({"": 1.0}, {"": 0.0})


def test_what_is_to_be_tried_later_is_not_due(db: None) -> None:
    run, _ = enqueue(operation="check_alerts", deliver=False)
    assert list(Run.objects.due()) == [run]

    Run.objects.update(next_retry_at=timezone.now() + timedelta(minutes=1))

    assert not Run.objects.due()
