"""What is kept, for how long, and who computes it; against a real Redis."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from redis import Redis

from ops.caching import remembered, remembering, store
from ops.registry import Cache
from tests.ops.caching.conftest import Source

type Declare = Callable[..., Cache]


def figures_of(name: str = "figures") -> dict[str, int]:
    return dict(store.counters([name])[0])


def test_source_is_asked_once(declare: Declare) -> None:
    declare()
    source = Source([1, 2])
    answer = source.through()

    assert answer() == answer() == answer() == [1, 2]
    assert source.asked == 1
    assert figures_of()["hits"] == 2
    assert figures_of()["misses"] == figures_of()["computed"] == 1


def test_none_is_an_answer(declare: Declare) -> None:
    declare()
    source = Source(None)
    answer = source.through()

    assert answer() is None
    assert answer() is None
    assert source.asked == 1


def test_each_key_has_its_answer(declare: Declare) -> None:
    declare(key=("dimension", "day"))
    asked = []

    @remembered("figures")
    def figures(dimension: str, day: datetime | None = None) -> str:
        asked.append(dimension)
        return f"{dimension} {day}"

    today = datetime(2026, 11, 21, tzinfo=UTC)

    assert figures("a") == figures(dimension="a") == figures("a", None) == "a None"
    assert figures("a", today) == figures(day=today, dimension="a")
    assert figures("b") == "b None"
    assert asked == ["a", "a", "b"]


def test_key_must_be_as_declared(declare: Declare) -> None:
    declare(key=("exam",))

    with pytest.raises(TypeError, match="has the key"):
        Source().through()()


@pytest.mark.parametrize(
    "value",
    [
        {"a": (1, 2.5, None, True), 3: {4}, b"x": frozenset("y")},
        [uuid4(), Decimal("1.20"), datetime.now(UTC), timedelta(days=1)],
        "é" * 100_000,
    ],
)
def test_plain_values_come_back_as_they_were(declare: Declare, value: Any) -> None:
    declare()
    source = Source(value)
    answer = source.through()

    assert answer() == value
    assert answer() == value
    assert source.asked == 1


def test_other_values_are_refused_and_the_lock_is_let_go(declare: Declare, kept: Redis) -> None:
    declare()

    with pytest.raises(TypeError, match="plain values, not Source"):
        Source(Source()).through()()

    assert not any(b":lock:" in key for key in kept.scan_iter())


def test_a_failing_source_fails_once_for_each_who_asks(declare: Declare, kept: Redis) -> None:
    declare()
    asked = []

    @remembered("figures")
    def broken() -> str:
        asked.append(1)
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            broken()

    assert len(asked) == 2
    assert not any(b":lock:" in key for key in kept.scan_iter())


def test_what_cannot_be_read_is_asked_for(declare: Declare, kept: Redis) -> None:
    declare()
    source = Source("good")
    answer = source.through()
    answer()
    [key] = [key for key in kept.scan_iter() if b":value:" in key]
    # os.system("true"), pickled.
    kept.hset(key, "data", b"cposix\nsystem\n(S'true'\ntR.")

    assert answer() == "good"
    assert source.asked == 2


# --- Time ----------------------------------------------------------------------------------------
def test_answers_end_with_their_lifetime(declare: Declare) -> None:
    declare(lifetime=timedelta(milliseconds=1))
    source = Source()
    answer = source.through()
    answer()

    while answer() == "figures" and source.asked == 1:
        pass

    assert source.asked == 2


def test_an_old_answer_is_given_while_a_new_one_is_computed(declare: Declare, kept: Redis) -> None:
    declare()
    source = Source("old")
    answer = source.through()
    answer()
    [key] = [key for key in kept.scan_iter() if b":value:" in key]
    kept.hset(key, "until", 1)
    begun, go_on = threading.Event(), threading.Event()

    @remembered("figures")
    def slow() -> str:
        begun.set()
        assert go_on.wait(30)
        return "new"

    with ThreadPoolExecutor() as pool:
        computed = pool.submit(slow)
        assert begun.wait(30)
        assert answer() == "old"
        go_on.set()
        assert computed.result() == "new"

    assert answer() == "new"
    assert source.asked == 1
    assert figures_of()["stale"] == 1


def test_time_saved_is_what_the_source_took(declare: Declare) -> None:
    declare()

    @remembered("figures")
    def slow() -> int:
        began = time.perf_counter()
        while time.perf_counter() - began < 0.01:
            pass
        return 1

    for _ in range(4):
        slow()

    counted = figures_of()
    assert counted["cost"] >= 10_000
    assert counted["saved"] == 3 * counted["cost"]
    assert counted["since"] <= time.time()


# --- Tags ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("tag", ["questions", "exams", "cache figures", store.EVERYTHING])
@pytest.mark.usefixtures("attended")
def test_a_new_version_of_any_tag_makes_answers_void(declare: Declare, tag: str) -> None:
    declare(tags=("questions", "exams"))
    source = Source()
    answer = source.through()
    answer()

    store.bump([tag])
    answer()
    answer()

    assert source.asked == 2


@pytest.mark.usefixtures("attended")
def test_other_tags_leave_answers(declare: Declare) -> None:
    declare(tags=("questions",))
    source = Source()
    answer = source.through()
    answer()

    store.bump(["exams", "cache others"])
    answer()

    assert source.asked == 1


@pytest.mark.usefixtures("attended")
def test_what_was_written_meanwhile_is_not_hidden(declare: Declare) -> None:
    """The source read before the write, and its answer came after it."""
    declare(tags=("questions",))
    source = Source("before")

    @remembered("figures")
    def slow() -> str:
        answer: str = source()
        store.bump(["questions"])
        source.value = "after"
        return answer

    assert slow() == "before"
    assert source.through()() == "after"


@pytest.mark.usefixtures("attended")
def test_lost_versions_do_not_bring_old_answers_back(declare: Declare, kept: Redis) -> None:
    declare(tags=("questions",))
    source = Source()
    answer = source.through()
    answer()

    kept.delete(store.version_key("questions"))
    answer()

    assert source.asked == 2


def test_without_a_listener_the_source_is_asked(declare: Declare, kept: Redis) -> None:
    declare(tags=("questions",))
    source = Source()
    answer = source.through()
    answer()
    answer()
    assert source.asked == 2
    assert figures_of() == {"unattended": 2}

    kept.set(store.LISTENER, 1)
    answer()
    answer()
    assert source.asked == 3

    kept.delete(store.LISTENER)
    answer()
    assert source.asked == 4


@pytest.mark.django_db(transaction=True)
def test_inside_of_a_transaction_nothing_is_kept(declare: Declare) -> None:
    declare()
    source = Source("uncommitted")
    answer = source.through()

    with transaction.atomic():
        assert answer() == answer() == "uncommitted"
    source.value = "committed"

    assert not connection.in_atomic_block
    assert answer() == "committed"
    with transaction.atomic():
        source.value = "changed again"
        assert answer() == "changed again"


# --- Many at once --------------------------------------------------------------------------------
def test_of_twenty_who_ask_one_computes(declare: Declare) -> None:
    declare()
    together, source = threading.Barrier(20), Source()
    go_on = threading.Event()

    @remembered("figures")
    def slow() -> Any:
        assert go_on.wait(30)
        return source()

    def ask() -> Any:
        together.wait()
        return slow()

    with ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(ask) for _ in range(20)]
        go_on.set()
        answers = [each.result() for each in asked]

    assert answers == ["figures"] * 20
    assert source.asked == 1
    assert figures_of()["hits"] == 19


def test_who_waits_too_long_computes(declare: Declare, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = declare()
    monkeypatch.setattr(remembering, "WAIT_SECONDS", 0.05)
    holder = remembering.place_of(cache, {})
    assert store.look(holder, lock_ms=60_000).state == "compute"
    source = Source()

    assert source.through()() == "figures"
    assert source.asked == 1
