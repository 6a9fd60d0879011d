"""When answers are held up: alert rules, and what they measure."""

from __future__ import annotations

from django.utils import timezone

from ops.registry import AlertRule
from quizbank.intake.stream import MOST_WAITING, STREAM, connection
from quizbank.models import AnswersSetAside, UncountedAnswers

type Values = dict[str, float]


def stream_filled() -> Values:
    """Percent. Raises RedisError."""
    return {"": 100 * connection().xlen(STREAM) / MOST_WAITING}


def uncounted_age() -> Values:
    """Seconds."""
    oldest = UncountedAnswers.objects.order_by("id").values_list("added_at", flat=True).first()
    return {"": (timezone.now() - oldest).total_seconds() if oldest else 0.0}


def set_aside() -> Values:
    return {"": float(AnswersSetAside.objects.count())}


RULES = (
    AlertRule(
        "answers-wait",
        "Stream of answers filled",
        "quizbank.alerts.stream_filled",
        warning=10,
        critical=50,
        unit="percent",
        about="Start manage.py intake, or more of it. When the stream is full, answers go the"
        " direct way.",
        page="quizbank_answer_changelist",
    ),
    AlertRule(
        "answers-uncounted",
        "Oldest answer that no figure has",
        "quizbank.alerts.uncounted_age",
        warning=900,
        critical=3600,
        unit="seconds",
        about="manage.py intake counts at once, the schedule count-answers every five minutes:"
        " see which of them does not run.",
        page="ops_schedulestate_changelist",
    ),
    AlertRule(
        "answers-set-aside",
        "Messages of answers that could not be written",
        "quizbank.alerts.set_aside",
        warning=0,
        about="Each message says why it was refused. Put that right and put it back, or"
        " discard it.",
        page="quizbank_answerssetaside_changelist",
    ),
)
