"""What the alert rules on answers measure."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from quizbank import alerts
from quizbank.intake.stream import STREAM, connection
from quizbank.models import AnswersSetAside, UncountedAnswers

pytestmark = pytest.mark.django_db


def test_answers_that_wait_fill_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "MOST_WAITING", 8)
    assert alerts.stream_filled() == {"": 0}
    connection().xadd(STREAM, {"body": "{}"})
    assert alerts.stream_filled() == {"": 12.5}


def test_the_oldest_that_is_uncounted_counts() -> None:
    assert alerts.uncounted_age() == {"": 0}
    for minutes in (20, 5):
        moment = timezone.now() - timedelta(minutes=minutes)
        UncountedAnswers.objects.create(session_id=uuid4(), added_at=moment)
    assert 1200 <= alerts.uncounted_age()[""] < 1260


def test_messages_that_were_set_aside() -> None:
    AnswersSetAside.objects.create(message_id="1-0", body={}, reason="No such session.")
    assert alerts.set_aside() == {"": 1}
