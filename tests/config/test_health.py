"""What probes, Prometheus and logs get."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from django.test import Client

from config import health
from ops.models import Alert


def test_the_process_answers_without_anything_else(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_a_load_balancer_asks_by_address_and_without_https(client: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    by_address = {"host": "10.0.0.7:8000"}
    assert client.get("/healthz", headers=by_address).content == b"ok\n"
    assert client.get("/readyz", headers=by_address).status_code == 400


@pytest.mark.django_db
def test_ready_with_a_worker_only(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    well = {"database": "ok", "redis": "ok", "migrations": "ok"}
    assert answer.json() == well | {"worker": "failed"}
    monkeypatch.setitem(health.CHECKS, "worker", lambda: True)
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_what_fails_is_named_and_nothing_more(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> Any:
        raise redis.ConnectionError("secret.example.org refused")

    monkeypatch.setitem(health.CHECKS, "redis", gone)
    answer = client.get("/readyz")
    assert answer.json()["redis"] == "failed"
    assert "secret" not in answer.content.decode()


@pytest.mark.django_db
def test_metrics_are_for_who_has_the_token(client: Client, settings: Any) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "a-long-token"  # noqa: S105
    assert client.get("/metrics").status_code == 404
    wrong = client.get("/metrics", headers={"Authorization": "Bearer another"})
    assert wrong.status_code == 404
    Alert.objects.create(rule="heat", level="critical", message="hot")

    answer = client.get("/metrics", headers={"Authorization": "Bearer a-long-token"})

    text = answer.content.decode()
    assert 'steward_open_alerts{level="critical"} 1.0' in text
    assert "steward_database_bytes" in text
    assert "django_http_requests" in text


def test_each_answer_has_an_id(client: Client) -> None:
    own = client.get("/healthz", headers={"X-Request-ID": "from-the-proxy-1"})
    assert own["X-Request-ID"] == "from-the-proxy-1"
    forged = client.get("/healthz", headers={"X-Request-ID": "two\nlines"})
    assert len(forged["X-Request-ID"]) == 32
