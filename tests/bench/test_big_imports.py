"""A file of 100,000 questions with four choices each: imported, again, changed in each question,
and taken back, with history, indexes and triggers as they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from django.db import connection, transaction

from quizbank.importing import import_file, undo_import
from quizbank.models import ImportBatch, Question
from tests.bench.filling.bank import CATALOGUE
from tests.databases import own_database

pytestmark = pytest.mark.django_db

HEADER = (
    "exam,external_id,categories,tags,stem,explanation,correct,choice_1,choice_2,choice_3,choice_4"
)
# The rows alone, without key, index, trigger or history: what no import can go below.
LIMIT = {"questions": "id, external_id, stem, explanation, tags", "choices": "question_id, text"}


@dataclass
class Measured:
    """Seconds: on the clock, of the backend's processor, of this process's."""

    clock: float
    backend: float
    python: float

    def __str__(self) -> str:
        return f"{self.clock:6.1f} s; backend {self.backend:5.1f} s, Python {self.python:5.1f} s"


@pytest.fixture(scope="module")
def empty_bank(django_db_setup: None, django_db_blocker: Any, bank_size: int) -> Iterator[int]:
    with django_db_blocker.unblock(), own_database():
        with connection.cursor() as cursor:
            cursor.execute(CATALOGUE)
        yield bank_size


def table(rows: int, word: str) -> bytes:
    lines = [
        f"B1,X{n:06},B1{n % 10}{'ABCDEFGHIJ'[n // 10 % 10]},a;b,"
        f"Import {n}: which circuit has {n * 7} ohms at {n % 50} volts?,"
        f"Because {n}.,2,{word} {n},Right {n},Wrong {n},Last {n}"
        for n in range(rows)
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


def processor_of_backend() -> float:
    """Seconds, user and system; 0 where the server is on another machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(step: Callable[[], Any]) -> Measured:
    """With what waits for the commit: the foreign keys."""
    backend, python, clock = processor_of_backend(), sum(os.times()[:2]), perf_counter()
    with transaction.atomic():
        step()
        connection.check_constraints()
    return Measured(
        perf_counter() - clock,
        processor_of_backend() - backend,
        sum(os.times()[:2]) - python,
    )


def test_file_of_the_bank_s_own_size(empty_bank: int, settings: Any) -> None:
    settings.STEWARD_IMPORT_MAX_QUESTIONS = empty_bank

    def load(word: str) -> ImportBatch:
        return import_file(file_name="bench.csv", data=table(empty_bank, word))

    def undo_last() -> None:
        applied = ImportBatch.objects.filter(status="applied", counts__unchanged=0)
        assert undo_import(batch=applied.latest("id"))["kept"] == 0

    steps: dict[str, Callable[[], Any]] = {
        "import": lambda: load("First"),
        "again": lambda: load("First"),
        "change all": lambda: load("Second"),
        "undo changes": undo_last,
        "undo import": undo_last,
    }

    for name, step in steps.items():
        print(f"{name:14} {measure(step)}; load {os.getloadavg()[0]:.1f}")
        if name == "import":
            print(f"COPY alone {copy_alone():.1f} s")

    assert not Question.objects.exists()
