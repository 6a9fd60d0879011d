"""Answers through the Redis stream: nothing lost, nothing twice, whoever dies."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import redis
from django.core.management import call_command
from django.db import OperationalError
from redis.backoff import NoBackoff
from redis.retry import Retry

from quizbank import intake
from quizbank.actions import Refused
from quizbank.intake import stream
from quizbank.intake.stream import GROUP, STREAM, Consumer
from quizbank.models import AnswersSetAside, UserProgress
from tests.ops.conftest import ROOT, database_url, wait_for
from tests.quizbank.intake.sessions import answer, start
from tests.quizbank.learning import learner, published, value

# All of them commit: a module that mixes would leave its data to the tests of others.
pytestmark = pytest.mark.django_db(transaction=True)


AT_ONCE = timedelta(0)


@pytest.fixture
def ada(db: None) -> UUID:
    return learner("Ada")


@pytest.fixture
def bank(db: None) -> list[tuple[UUID, UUID]]:
    return [published(stem=f"Question {n}?") for n in range(12)]


@pytest.fixture
def session(ada: UUID, bank: list[tuple[UUID, UUID]]) -> UUID:
    return start(ada, bank)


def queue(session: UUID, member: UUID, *answers: Any) -> list[str]:
    rows = intake.queue_answers(session=session, member=member, answers=answers)
    return [row.outcome for row in rows]


def written() -> int:
    return value("SELECT count(*) FROM answers")


def waiting() -> tuple[int, int]:
    """Messages in the stream, and those of them that somebody read."""
    client = stream.connection()
    groups = client.xinfo_groups(STREAM)
    return client.xlen(STREAM), sum(group["pending"] for group in groups)


def raw(**fields: str) -> None:
    stream.connection().xadd(STREAM, fields)


def test_what_is_queued_is_written_by_the_next_step(
    session: UUID, ada: UUID, bank: list[tuple[UUID, UUID]]
) -> None:
    for question in bank:
        assert queue(session, ada, answer(question)) == ["queued"]
    assert written() == 0
    consumer = Consumer()
    assert (consumer.step(), consumer.step()) == (12, 0)
    assert (written(), waiting()) == (12, (0, 0))


def test_answers_count_from_when_they_were_queued(
    session: UUID, ada: UUID, bank: list[tuple[UUID, UUID]]
) -> None:
    queue(session, ada, *(answer(question) for question in bank))
    assert wait_for(lambda: intake.complete_session(session=session) is not None)
    Consumer().step()
    assert value("SELECT score FROM quiz_sessions") == 100


def test_messages_of_the_dead_are_taken_over(
    session: UUID, ada: UUID, bank: list[tuple[UUID, UUID]]
) -> None:
    queue(session, ada, answer(bank[0]))
    assert len(Consumer("dead").read(1)) == 1
    assert Consumer().step() == 0, "its consumer may live still"
    assert Consumer(silence=AT_ONCE).step() == 1
    assert (written(), waiting()) == (1, (0, 0))


POISON = [
    {"body": "no json"},
    {"body": "7"},
    {"body": "{}"},
    {"other": "x"},
    {"body": json.dumps({"session": "x", "member": "y", "answers": []})},
    {"body": json.dumps({"session": str(uuid4()), "member": str(uuid4()), "answers": []})},
    {"body": json.dumps({"session": str(uuid4()), "member": str(uuid4()), "answers": "\x00"})},
    {"body": "\x00"},
    {"body": "[" * 100_000},
]


def test_poison_goes_aside_with_its_reason_and_holds_nobody_up(
    session: UUID, ada: UUID, bank: list[tuple[UUID, UUID]]
) -> None:
    queue(session, ada, answer(bank[0]))
    for fields in POISON:
        raw(**fields)
    queue(session, ada, answer(bank[1]))
    Consumer().step()
    assert (written(), waiting()) == (2, (0, 0))
    assert AnswersSetAside.objects.count() == len(POISON)
    assert all(row.reason for row in AnswersSetAside.objects.all())
    assert AnswersSetAside.objects.filter(reason__contains="1 to 50").exists()
    reasons = AnswersSetAside.objects.values_list("reason", flat=True)
    assert [reason for reason in reasons if re.match(r"\w+(Error|Refused): ", reason)] == []


def test_what_kills_its_consumers_goes_aside(
    session: UUID, ada: UUID, bank: list[tuple[UUID, UUID]]
) -> None:
    queue(session, ada, answer(bank[0]))
    for n in range(6):
        Consumer(f"dead{n}", silence=AT_ONCE).claim() or Consumer(f"dead{n}").read(1)
    Consumer(silence=AT_ONCE).step()
    assert "tried 5 times" in AnswersSetAside.objects.get().reason
    assert AnswersSetAside.objects.get().user_id == ada
    assert waiting() == (0, 0)


def test_without_the_database_messages_wait(
    session: UUID, ada: UUID, bank: list[tuple[UUID, UUID]], monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(session, ada, answer(bank[0]))

    def away(message: Any) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(stream, "write_message", away)
        with pytest.raises(OperationalError):
            Consumer().step()
    assert waiting() == (1, 1)
    assert Consumer(silence=AT_ONCE).step() == 1
    assert written() == 1


def no_redis() -> Any:
    return redis.Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0))


def test_without_redis_answers_go_the_direct_way(
    session: UUID,
    ada: UUID,
    bank: list[tuple[UUID, UUID]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "connection", no_redis)
    assert queue(session, ada, answer(bank[0])) == ["recorded"]
    call_command("intake", once=True)
    assert UserProgress.objects.get().total_questions == 1


def test_a_full_stream_takes_no_more(
    session: UUID,
    ada: UUID,
    bank: list[tuple[UUID, UUID]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "MOST_WAITING", 1)
    assert queue(session, ada, answer(bank[0])) == ["queued"]
    assert queue(session, ada, answer(bank[1])) == ["recorded"]


def test_a_wiped_redis_makes_its_group_again(
    session: UUID, ada: UUID, bank: list[tuple[UUID, UUID]]
) -> None:
    consumer = Consumer()
    queue(session, ada, answer(bank[0]))
    consumer.step()
    stream.connection().flushdb()
    queue(session, ada, answer(bank[1]))
    consumer.step()
    consumer.step()
    assert written() == 2


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([], "1 to 50"),
        ([{}] * 51, "1 to 50"),
        (["x"], "an object"),
        ([{"text": "a\x00b"}], "a character that is none"),
        ([{"text": "\ud800"}], "a character that is none"),
        ([{"text": "x" * 300_000}], "too long"),
    ],
)
def test_what_nobody_could_write_is_refused_at_once(answers: Any, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        intake.queue_answers(session=uuid4(), member=uuid4(), answers=answers)


def test_pairs_that_make_a_character_are_taken() -> None:
    rows = intake.queue_answers(session=uuid4(), member=uuid4(), answers=[{"text": "😀 \\u0000"}])
    assert [row.outcome for row in rows] == ["queued"]


def test_the_command_writes_and_counts_what_waits(
    session: UUID, ada: UUID, bank: list[tuple[UUID, UUID]]
) -> None:
    queue(session, ada, *(answer(question) for question in bank))
    call_command("intake", once=True)
    assert UserProgress.objects.get().total_correct == 12
    assert stream.connection().xinfo_consumers(STREAM, GROUP) == []


@pytest.fixture
def stalled(tmp_path: Path) -> Iterator[Any]:
    """Starts a consumer that stops at a step, and kills it there."""
    marker = tmp_path / "stalled"
    started: list[subprocess.Popen[bytes]] = []

    def kill_at(step: str) -> None:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.quizbank.stalling_intake", step, str(marker)],
            cwd=ROOT,
            env=os.environ
            | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "config.settings"},
        )
        started.append(process)
        wait_for(marker.exists)
        process.kill()
        process.wait()

    yield kill_at
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.parametrize(("step", "before"), [("write", 0), ("acknowledge", 12)])
def test_a_killed_consumer_loses_nothing_and_writes_nothing_twice(
    session: UUID, ada: UUID, bank: list[tuple[UUID, UUID]], stalled: Any, step: str, before: int
) -> None:
    for question in bank:
        queue(session, ada, answer(question))
    stalled(step)
    assert (written(), waiting()) == (before, (12, 12))
    assert Consumer(silence=AT_ONCE).step() == 12
    assert (written(), waiting()) == (12, (0, 0))
    assert value("SELECT answered_count FROM quiz_sessions") == 12
    call_command("intake", once=True)
    assert UserProgress.objects.get().total_questions == 12
