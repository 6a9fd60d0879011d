"""Messages that were set aside: put back when what was in their way is gone, or discarded."""

from __future__ import annotations

from django.db import DatabaseError, transaction

from ops.audit import record
from ops.errors import reason_of
from quizbank.actions import Refused
from quizbank.intake.sessions import Outcome
from quizbank.intake.stream import UNREADABLE, unreadable, write_message
from quizbank.models import AnswersSetAside


def put_back(*, key: int) -> str:
    """Write its answers as of when they came. What is still refused keeps the message aside.

    Raises Refused with what is in the way; no answer counts twice, however often it is tried.
    """
    try:
        done, reasons = written(key)
    except DatabaseError as error:
        raise Refused(reason_of(error)) from error
    except UNREADABLE as error:
        raise Refused(unreadable(error)) from error
    if reasons:
        raise Refused(f"{done}. {reasons}")
    return done


@transaction.atomic
def written(key: int) -> tuple[str, str]:
    """What became of its answers, and why some were refused."""
    message = taken(key)
    outcomes = write_message((message.message_id, message.body))
    done = told(outcomes)
    reasons = " ".join(sorted({row.reason or "" for row in outcomes if row.outcome == "refused"}))
    if reasons:
        message.reason = reasons[:1000]
        message.save(update_fields=["reason"])
    else:
        message.delete()
    log_step("put_back_answers", message, {"outcome": done})
    return done, reasons


@transaction.atomic
def discard(*, key: int, note: str) -> None:
    """Raises Refused without a note: nobody can say later what was thrown away."""
    if not note.strip():
        raise Refused("Say why it is discarded.")
    message = taken(key)
    message.delete()
    log_step("discard_answers", message, {"note": note.strip()[:500], "reason": message.reason})


def taken(key: int) -> AnswersSetAside:
    """Under its lock: two people put it back once."""
    message = AnswersSetAside.objects.select_for_update().filter(pk=key).first()
    if message is None:
        raise Refused("This message is not there any more: somebody dealt with it.")
    return message


def told(outcomes: list[Outcome]) -> str:
    words = {"recorded": "recorded", "duplicate": "there already", "refused": "refused"}
    counts = {word: sum(row.outcome == name for row in outcomes) for name, word in words.items()}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "nothing"


def log_step(action: str, message: AnswersSetAside, details: dict[str, str]) -> None:
    record(
        action=action,
        entity_type="answerssetaside",
        entity_id=message.message_id,
        details={"label": message.message_id, **details},
    )
