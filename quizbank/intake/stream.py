"""The asynchronous path of answers: a Redis stream, read by a group of consumers.

A message leaves the stream after the commit that wrote its answers. A consumer that dies before
leaves it pending, and another one takes it over; written already, its answers are duplicates. So
nothing is lost and nothing is there twice, as long as Redis keeps its append-only file. What cannot
be written goes into the table answers_set_aside, with its reason.
"""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

from ops.errors import reason_of
from quizbank.actions import Refused
from quizbank.intake.sessions import Answers, Outcome, submit_answers
from quizbank.models import AnswersSetAside

log = structlog.get_logger(__name__)

STREAM = "steward:answers"
GROUP = "intake"
# More messages are not taken in: answers go the direct way until the consumers have caught up.
MOST_WAITING = 100_000
LARGEST = 256 * 1024
BATCH = 50
# A message that was read so long ago belongs to a consumer that died.
SILENCE = timedelta(seconds=30)
MOST_TRIES = 5
# Classes of SQLSTATE that pass by themselves: connection, resources, operator, conflict, lock.
PASSING = ("08", "53", "57", "40", "55")
# What a body can be that is none: no JSON, nested too deeply, of another shape.
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)

# A null character in JSON: an odd number of backslashes before the u.
NULL = re.compile(r"(?<!\\)(\\\\)*\\u0000")

type Message = tuple[str, Mapping[str, str]]


@cache
def connection() -> Any:
    """Gives up at once: the direct way is open, and a consumer looks again anyway."""
    return redis.Redis.from_url(
        settings.QUEUE_URL,
        socket_connect_timeout=1,
        socket_timeout=5,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=30,
    )


def queue_answers(*, session: UUID, member: UUID, answers: Answers) -> list[Outcome]:
    """As submit_answers, later: all are queued. Directly if Redis is away or has too much to do."""
    body = checked_body(session, member, answers)
    try:
        client = connection()
        if client.xlen(STREAM) < MOST_WAITING:
            client.xadd(STREAM, {"body": body})
            return [Outcome(str(answer.get("question_id")), "queued") for answer in answers]
        log.warning("the stream of answers is full", waiting=MOST_WAITING)
    except redis.RedisError as error:
        log.warning("redis is away: answers go the direct way", error=str(error))
    return submit_answers(session=session, member=member, answers=answers)


def checked_body(session: UUID, member: UUID, answers: Answers) -> str:
    """Raises Refused for what no consumer could write, while there is somebody to be told."""
    if not 1 <= len(answers) <= 50:
        raise Refused("Answers come as a list of 1 to 50.")
    if not all(isinstance(answer, Mapping) for answer in answers):
        raise Refused("An answer is an object with a question_id.")
    body = json.dumps(
        {"session": str(session), "member": str(member), "answers": list(answers)}, default=str
    )
    if len(body) > LARGEST:
        raise Refused("These answers are too long.")
    if any(word in body for word in ("\\u0000", "\\ud8", "\\udc")) and not is_sound(body):
        raise Refused("An answer has a character that is none.")
    return body


def is_sound(body: str) -> bool:
    """No null character and no half of a pair, which the database refuses."""
    try:
        text = json.dumps(json.loads(body), ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:
        return False
    return not NULL.search(text)


@dataclass
class Consumer:
    """One reader of the stream. What RedisError and OperationalError stop, the next step does."""

    name: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex}")
    silence: timedelta = SILENCE

    def step(self, *, wait_ms: int = 1) -> int:
        """Write what waits, at most a batch; returns how many messages were dealt with."""
        messages = self.claim() or self.read(wait_ms)
        if messages:
            self.write(messages)
            self.acknowledge(key for key, _ in messages)
        return len(messages)

    def claim(self) -> list[Message]:
        """What others read and never acknowledged; tried too often, it is set aside."""
        try:
            _, found, *_ = connection().xautoclaim(
                STREAM, GROUP, self.name, int(self.silence.total_seconds() * 1000), count=BATCH
            )
        except redis.ResponseError as error:
            self.make_group(error)
            return []
        messages = as_messages(found)
        worn_out = self.tried_too_often({key for key, _ in messages})
        for key, values in messages:
            if key in worn_out:
                set_aside(key, values, f"It was tried {MOST_TRIES} times.")
        self.acknowledge(worn_out)
        return [message for message in messages if message[0] not in worn_out]

    def tried_too_often(self, keys: set[str]) -> set[str]:
        if not keys:
            return set()
        rows = connection().xpending_range(
            STREAM, GROUP, min(keys, key=order), max(keys, key=order), 10 * BATCH, self.name
        )
        tries = {as_text(row["message_id"]): row["times_delivered"] for row in rows}
        return {key for key in keys if tries.get(key, 0) > MOST_TRIES}

    def read(self, wait_ms: int) -> list[Message]:
        try:
            found = connection().xreadgroup(
                GROUP, self.name, {STREAM: ">"}, count=BATCH, block=wait_ms
            )
        except redis.ResponseError as error:
            self.make_group(error)
            return self.read(wait_ms)
        return as_messages(found[0][1]) if found else []

    def make_group(self, error: redis.ResponseError) -> None:
        """The first consumer of all, or the first after Redis was wiped."""
        if "NOGROUP" not in str(error):
            raise error
        try:
            connection().xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        except redis.ResponseError as other:
            if "BUSYGROUP" not in str(other):
                raise

    def write(self, messages: list[Message]) -> None:
        """In one transaction; if that fails, each in its own, and what cannot be written aside."""
        try:
            with transaction.atomic():
                for message in messages:
                    write_message(message)
        except (DatabaseError, Refused, *UNREADABLE):
            for message in messages:
                self.write_alone(message)

    def write_alone(self, message: Message) -> None:
        try:
            with transaction.atomic():
                write_message(message)
        except DatabaseError as error:
            if str(getattr(error.__cause__, "sqlstate", None) or "08").startswith(PASSING):
                raise
            set_aside(*message, reason_of(error))
        except Refused as error:
            set_aside(*message, str(error))
        except UNREADABLE as error:
            set_aside(*message, unreadable(error))

    def acknowledge(self, keys: Iterable[str]) -> None:
        """Done: no longer pending, and out of the stream, whose length is what waits."""
        if done := list(keys):
            pipeline = connection().pipeline(transaction=True)
            pipeline.xack(STREAM, GROUP, *done)
            pipeline.xdel(STREAM, *done)
            pipeline.execute()

    def leave(self) -> None:
        """At an orderly end. With something pending it stays: that would go with its name."""
        if not connection().xpending_range(STREAM, GROUP, "-", "+", 1, self.name):
            connection().xgroup_delconsumer(STREAM, GROUP, self.name)


def unreadable(error: Exception) -> str:
    return f"It cannot be read: {type(error).__name__}: {error}"


def write_message(message: Message) -> list[Outcome]:
    key, values = message
    body = json.loads(values["body"])
    outcomes = submit_answers(
        session=UUID(body["session"]),
        member=UUID(body["member"]),
        answers=body["answers"],
        received_at=received_at(key),
    )
    for outcome in outcomes:
        if outcome.outcome == "refused":
            log.info("answer refused", session=body["session"], reason=outcome.reason)
    return outcomes


def received_at(key: str) -> datetime:
    """Redis's clock, in the first part of the message's id."""
    return datetime.fromtimestamp(order(key)[0] / 1000, UTC)


def order(key: str) -> tuple[int, int]:
    milliseconds, _, number = key.partition("-")
    return int(milliseconds), int(number)


def set_aside(key: str, values: Mapping[str, str], reason: str) -> None:
    """Once, whoever does it; the characters that the database has no room for are marked."""
    kept = {name: text.replace("\x00", "\\u0000") for name, text in values.items()}
    AnswersSetAside.objects.get_or_create(
        message_id=key,
        defaults={"user_id": member_of(values), "body": kept, "reason": reason[:1000]},
    )
    log.warning("message set aside", message=key, reason=reason)


def member_of(values: Mapping[str, str]) -> UUID | None:
    try:
        return UUID(json.loads(values["body"])["member"])
    except UNREADABLE:
        return None


def as_messages(found: Any) -> list[Message]:
    return [
        (as_text(key), {as_text(name): as_text(text) for name, text in (values or {}).items()})
        for key, values in found
    ]


def as_text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
