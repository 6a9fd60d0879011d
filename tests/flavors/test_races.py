"""Writers at once: one term for one word, one descriptor a source, no deadlock."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection
from django.db.models import F

from flavors.models import Descriptor, DescriptorChange, Term
from flavors.rollups import check, differences
from ops.work import Work
from tests.flavors.tasting import learner, run, value
from tests.ops.conftest import blocked_by, database_url, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 5
INSERT = (
    "INSERT INTO flavor_descriptors (user_id, source_type, descriptor_text, descriptor_type)"
    " VALUES (%s, 'quick_tasting', %s, 'aroma')"
)
BATCH = "SELECT inserted, duplicate FROM batch_insert_descriptors(%s, %s, 'quick_tasting', %s)"


def at_once(*works: Callable[[psycopg.Connection[Any]], Any]) -> list[Any]:
    """Each on a connection of its own."""
    barrier = Barrier(len(works))
    parameters = connection.get_connection_params()
    wanted = {
        name: parameters[name]
        for name in ("dbname", "user", "host", "port", "password")
        if parameters.get(name)
    }

    def call(work: Callable[[psycopg.Connection[Any]], Any]) -> Any:
        with psycopg.connect(**wanted, autocommit=True) as own:
            barrier.wait(timeout=120)
            return work(own)

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(call, works))


def rows_of(words: list[str], **given: str) -> str:
    return json.dumps(
        [{"descriptor_text": word, "descriptor_type": "aroma"} | given for word in words]
    )


def test_fifty_writers_of_one_new_word_make_one_term() -> None:
    ada = learner()
    at_once(*[lambda own, n=n: own.execute(INSERT, [ada, "Lemon" + "!" * n]) for n in range(50)])

    assert Term.objects.count() == 1
    assert Descriptor.objects.filter(term=Term.objects.get()).count() == 50
    assert sum(mark.rows for mark in DescriptorChange.objects.all()) == 50


def test_batches_with_the_same_new_words_in_opposite_order() -> None:
    ada = learner()
    for turn in range(ROUNDS):
        words = [f"note {turn} {n}" for n in range(300)]
        orders = (words, words[::-1]) * 2
        done = at_once(
            *[
                lambda own, order=order: own.execute(BATCH, [rows_of(order), ada, None]).fetchone()
                for order in orders
            ]
        )
        assert done == [(300, 0)] * 4
        assert Term.objects.count() == 300 * (turn + 1)


def test_rows_of_one_statement_with_the_same_new_words_in_opposite_order() -> None:
    """Plain INSERTs of many rows, and a batch between them."""
    ada = learner()
    plain = (
        "INSERT INTO flavor_descriptors (user_id, source_type, descriptor_text, descriptor_type)"
        " SELECT %s, 'quick_tasting', word, 'aroma' FROM unnest(%s::text[]) AS word"
    )
    for turn in range(ROUNDS):
        words = [f"note {turn} {n}" for n in range(300)]
        at_once(
            *[
                lambda own, order=order: own.execute(plain, [ada, order])
                for order in (words, words[::-1], words)
            ],
            lambda own, words=words: own.execute(BATCH, [rows_of(words[::-1]), ada, None]),
        )
        assert Term.objects.count() == 300 * (turn + 1)
        assert Descriptor.objects.count() == 1200 * (turn + 1)
    assert sum(mark.rows for mark in DescriptorChange.objects.all()) == 1200 * ROUNDS
    assert not Descriptor.objects.exclude(normalized_form=F("term__normalized_form")).exists()


def test_batches_of_one_source_write_each_descriptor_once() -> None:
    ada = learner()
    for turn in range(ROUNDS):
        words, source = [f"note {turn} {n}" for n in range(100)], uuid4()
        done = at_once(
            *[
                lambda own, order=order, source=source: own.execute(
                    BATCH, [rows_of(order), ada, source]
                ).fetchone()
                for order in (words, words[::-1], words[50:])
            ]
        )
        assert sum(inserted for inserted, _ in done) == 100
        assert Descriptor.objects.filter(source_id=source).count() == 100


def test_single_rows_and_batches_at_once() -> None:
    ada, words = learner(), [f"note {n}" for n in range(200)]

    def singly(own: psycopg.Connection[Any]) -> None:
        for word in words[::-1]:
            own.execute(INSERT, [ada, word])

    at_once(singly, lambda own: own.execute(BATCH, [rows_of(words), ada, None]), singly)
    assert (Term.objects.count(), Descriptor.objects.count()) == (200, 600)


def test_an_erasure_meets_writers_and_nothing_is_left() -> None:
    ada = learner()

    def write(own: psycopg.Connection[Any]) -> int:
        for written in range(50):
            try:
                own.execute(INSERT, [ada, "lemon"])
            except psycopg.errors.CheckViolation:
                return written
        return 50

    at_once(write, write, lambda own: own.execute("SELECT erase_member(%s)", [ada]))
    assert not Descriptor.objects.filter(user_id=ada).exists()


def test_wheels_of_an_item_meet_writers_refreshes_and_who_is_hidden() -> None:
    """Nothing is counted twice, and nothing is lost."""
    ada, bo = learner(), learner()
    large = [f"note {n}" for n in range(1_000)]
    for _ in range(2):
        run(BATCH, rows_of(large, item_name="Sidamo"), ada, None)
        value("SELECT fold_descriptor_changes()")
    assert value("SELECT is_kept_item('Sidamo')")
    words = rows_of(large[::100], item_name="Sidamo")

    def write(own: psycopg.Connection[Any], user: UUID) -> None:
        for _ in range(20):
            own.execute(BATCH, [words, user, None])

    def unwrite(own: psycopg.Connection[Any]) -> None:
        for word in large[::200] * 4:
            own.execute(
                "DELETE FROM flavor_descriptors WHERE user_id = %s AND descriptor_text = %s",
                [bo, word],
            )

    def hide(own: psycopg.Connection[Any]) -> None:
        for _ in range(15):
            own.execute("UPDATE members SET is_active = NOT is_active WHERE id = %s", [bo])

    def fold(own: psycopg.Connection[Any]) -> None:
        for _ in range(10):
            own.execute("SELECT fold_descriptor_changes()")

    at_once(lambda own: write(own, bo), lambda own: write(own, ada), unwrite, hide, fold)
    assert value("SELECT is_kept_item('Sidamo')")
    told = "SELECT sum(uses) FROM item_wheel_leaves('{aroma}', 'Sidamo', 100)"
    noted = "SELECT count(*) FROM flavor_descriptors JOIN members m ON m.id = user_id AND is_active"
    assert value(told) == value(noted)
    assert differences() == []
    assert value(told) == value(noted)


def checked() -> str:
    """On a connection of its own."""
    with closing(connection):
        return check(Work(uuid4(), "check_descriptor_views", "", {}, 1)).text


def test_what_is_written_during_a_check_is_no_difference() -> None:
    ada = learner()
    run(INSERT, ada, "Lemon")

    with psycopg.connect(database_url()) as holder, ThreadPoolExecutor(1) as pool:
        # Written at the end of the refresh with which a check begins.
        holder.execute("LOCK TABLE descriptor_days IN ACCESS EXCLUSIVE MODE")
        checking = pool.submit(checked)
        wait_for(lambda: blocked_by(holder.info.backend_pid))
        run(INSERT, ada, "Lime")
        holder.rollback()

        assert checking.result() == "Every figure equals a full count."


def test_a_check_tells_of_a_wrong_figure() -> None:
    run(INSERT, learner(), "Lemon")
    assert differences() == []
    run("UPDATE descriptor_term_totals SET members = 7")

    assert checked() == "1 figure differs from a full count."
