"""A file of 100,000 questions with four choices each: into an empty bank, then into a full one."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Any

import pytest
from django.db import connection

from quizbank.importing import import_file
from quizbank.models import Question
from tests.bench.bank import CATALOGUE
from tests.bench.conftest import own_database

pytestmark = pytest.mark.django_db

HEADER = (
    "exam,external_id,categories,tags,stem,explanation,correct,choice_1,choice_2,choice_3,choice_4"
)
# The rows alone, without key, index, trigger or history: what no import can go below.
LIMIT = {"questions": "id, external_id, stem, explanation, tags", "choices": "question_id, text"}


@pytest.fixture(scope="module")
def empty_bank(django_db_setup: None, django_db_blocker: Any, bank_size: int) -> Iterator[int]:
    with django_db_blocker.unblock(), own_database():
        with connection.cursor() as cursor:
            cursor.execute(CATALOGUE)
        yield bank_size


def table(first: int, rows: int) -> bytes:
    lines = [
        f"B1,X{n:06},B1{n % 10}{'ABCDEFGHIJ'[n // 10 % 10]},a;b,"
        f"Import {n}: which circuit has {n * 7} ohms at {n % 50} volts?,"
        f"Because {n}.,2,First {n},Right {n},Wrong {n},Last {n}"
        for n in range(first, first + rows)
    ]
    return "\n".join([HEADER, *lines, ""]).encode()


def copy_alone() -> float:
    """Seconds of a plain COPY of the bank's rows into tables without an index."""
    seconds = 0.0
    with connection.cursor() as cursor:
        for name, columns in LIMIT.items():
            with cursor.copy(f"COPY {name} ({columns}) TO STDOUT") as source:
                rows = b"".join(source)
            cursor.execute(f"CREATE TABLE bare AS SELECT {columns} FROM {name} LIMIT 0")
            begun = perf_counter()
            with cursor.copy(f"COPY bare ({columns}) FROM STDIN") as target:
                target.write(rows)
            seconds += perf_counter() - begun
            cursor.execute("DROP TABLE bare")
    return seconds


def test_files_of_the_bank_s_own_size(empty_bank: int, settings: Any) -> None:
    settings.STEWARD_IMPORT_MAX_QUESTIONS = empty_bank
    for turn, bank in enumerate(("an empty bank", f"a bank of {empty_bank:,}")):
        data = table(turn * empty_bank, empty_bank)
        begun = perf_counter()
        import_file(file_name="bench.csv", data=data)
        # Foreign keys and what else waits for the commit.
        connection.check_constraints()
        took = perf_counter() - begun
        if not turn:
            limit = copy_alone()
        print(f"{empty_bank:,} questions into {bank}: {took:.1f} s; COPY alone {limit:.1f} s")

    assert Question.objects.count() == 2 * empty_bank
