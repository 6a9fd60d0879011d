"""What the database tells reaches the caches; a listener that dies or misses something, too."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection, transaction
from redis import Redis

from ops.caching import listening, store
from ops.caching.listening import Listener, settle
from ops.caching.store import Away
from quizbank.counts import question_counts, questions_in
from quizbank.models import Category, Exam, Question, QuestionCategory, QuestionExam
from quizbank.tree import category_tree
from tests.ops.conftest import Processes, wait_for
from tests.screens import visit_as

BACKENDS = (
    "SELECT pid FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = 'steward listener'"
)


@pytest.fixture
def listener(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """In a thread of its own, with a connection of its own."""
    monkeypatch.setattr(listening, "BEAT_SECONDS", 0.2)
    found = Listener()
    thread = threading.Thread(target=found.run)
    thread.start()
    wait_for(store.is_attended)
    yield found
    found.stop.set()
    thread.join(30)
    assert not thread.is_alive()


def run(query: str, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall() if cursor.description else []


def version(kept: Redis, tag: str) -> bytes | None:
    found = kept.get(store.version_key(tag))
    assert found is None or isinstance(found, bytes)
    return found


def place_one(exam: Exam) -> Question:
    """A question in a category of its own."""
    number = Category.objects.count()
    category = Category.objects.create(exam=exam, code=f"C{number}", name=f"Category {number}")
    question = Question.objects.create(stem=f"What is {number}?", explanation="")
    QuestionExam.objects.create(question=question, exam=exam)
    QuestionCategory.objects.create(question=question, category=category, is_primary=True)
    return question


def totals(exam: Exam) -> list[int]:
    """All, active, premium, user generated."""
    return category_tree(exam_id=exam.pk).totals


# --- From the table to the cache -----------------------------------------------------------------
def test_each_way_to_write_is_seen(listener: Listener) -> None:
    exam = Exam.objects.create(code="T1", title="Test", description="")
    question = place_one(exam)
    settle()
    assert totals(exam) == [1, 0, 0, 0]

    for statement, after in (
        ("UPDATE questions SET is_premium = true", [1, 0, 1, 0]),
        ("UPDATE questions SET is_user_generated = true WHERE stem ~ 'What'", [1, 0, 1, 1]),
        ("DELETE FROM question_categories", [0, 0, 0, 0]),
    ):
        run(statement)
        settle()
        assert totals(exam) == after

    place_one(exam)
    with transaction.atomic():
        place_one(exam)
    settle()
    assert totals(exam) == [2, 0, 0, 0]
    question.delete()
    run("TRUNCATE question_categories")
    settle()
    assert totals(exam) == [0, 0, 0, 0]


def test_it_is_kept_between_writes(listener: Listener) -> None:
    exam = Exam.objects.create(code="T1", title="Test", description="")
    settle()

    for _ in range(3):
        totals(exam)

    [counted] = store.counters(["category-tree"])
    assert (counted["misses"], counted["hits"]) == (1, 2)


def test_what_is_rolled_back_and_what_it_does_not_count_is_not_told(
    listener: Listener, kept: Redis
) -> None:
    question = place_one(Exam.objects.create(code="T1", title="Test", description=""))
    settle()
    before = version(kept, "questions")

    with transaction.atomic():
        run("UPDATE questions SET is_premium = true")
        transaction.set_rollback(True)
    run("UPDATE questions SET answered = true, success_rate = 50 WHERE id = %s", question.pk)
    settle()

    assert version(kept, "questions") == before


def test_who_posts_sees_it_on_the_next_page(listener: Listener) -> None:
    exam = Exam.objects.create(code="T1", title="Test", description="")
    question = place_one(exam)
    settle()
    staff = visit_as("content")
    tree = f"/admin/quizbank/category/?exam={exam.pk}"
    assert totals(exam) == [1, 0, 0, 0]
    assert staff.get(tree).status_code == 200

    assert (question_counts("exam"), questions_in("draft")) == ({exam.pk: (1, 0)}, 1)

    answer = staff.post(f"/admin/quizbank/question/{question.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 302
    assert totals(exam) == [0, 0, 0, 0]
    assert (question_counts("exam"), questions_in("draft")) == ({}, 0)


# --- What may go wrong ---------------------------------------------------------------------------
def test_a_lost_connection_makes_everything_void(listener: Listener, kept: Redis) -> None:
    before = version(kept, store.EVERYTHING)
    [(pid,)] = run(BACKENDS)

    run("SELECT pg_terminate_backend(%s)", pid)

    wait_for(lambda: version(kept, store.EVERYTHING) != before)
    wait_for(lambda: run(BACKENDS) not in ([], [(pid,)]))
    settle()
    exam = Exam.objects.create(code="T1", title="Test", description="")
    settle()
    assert totals(exam) == [0, 0, 0, 0]
    place_one(exam)
    settle()
    assert totals(exam) == [1, 0, 0, 0]


def test_what_was_told_while_redis_was_away_makes_everything_void(
    listener: Listener, kept: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle()
    before = version(kept, store.EVERYTHING)
    away = threading.Event()
    bump = store.bump

    def lose(tags: list[str]) -> None:
        if "categories" in tags:
            away.set()
            raise Away
        bump(tags)

    monkeypatch.setattr(store, "bump", lose)
    run("TRUNCATE categories CASCADE")

    assert away.wait(30)
    wait_for(lambda: version(kept, store.EVERYTHING) != before)


@pytest.mark.django_db
def test_a_connection_that_forgot_is_no_silence() -> None:
    """As a pooler's does, which gives each transaction to whom it likes."""
    with pytest.raises(OperationalError, match="DATABASE_DIRECT_URL"):
        Listener().hear()


def test_nobody_listening_is_noticed_by_who_waits(transactional_db: None, kept: Redis) -> None:
    """A listener that hangs: all is void, at once."""
    kept.set(store.LISTENER, 1)
    store.bump([store.EVERYTHING])
    before = version(kept, store.EVERYTHING)
    began = time.monotonic()

    settle()

    assert version(kept, store.EVERYTHING) != before
    assert time.monotonic() - began >= listening.ECHO_SECONDS


def test_it_counts_as_gone_once_it_went(listener: Listener, kept: Redis) -> None:
    """At once where it can say so, else soon."""
    assert 0 < kept.ttl(store.LISTENER) <= listening.ATTENDED_SECONDS

    listener.stop.set()

    wait_for(lambda: not store.is_attended())


def test_the_process_begins_with_everything_void_and_ends_when_told(
    processes: Processes, kept: Redis
) -> None:
    process = processes.start("listen")

    wait_for(store.is_attended)
    assert version(kept, store.EVERYTHING)
    run("NOTIFY steward_cache, 'questions'")
    wait_for(lambda: version(kept, "questions"))
    process.send_signal(signal.SIGTERM)

    assert process.wait(60) == 0
