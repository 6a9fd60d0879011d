"""A file of 10,000 questions in a bank of 100,000: no query a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from quizbank.exporting import export_questions
from quizbank.importing import import_file, preview_import, undo_import
from quizbank.models import Category, ImportBatch, Question

pytestmark = pytest.mark.django_db

HEADER = "exam,external_id,categories,tags,stem,explanation,correct,choice_1,choice_2,choice_3"


def table(rows: int, word: str) -> bytes:
    place = Category.objects.filter(kind="group", exam__code="B1").earliest("pk").code
    lines = [
        f"B1,X{n:05},{place},a;b,Import {n}: which circuit has {n * 7} ohms at {n % 50} volts?,"
        f"Because {n}.,2,{word} {n},Right {n},Wrong {n}"
        for n in range(rows)
    ]
    return "\n".join([HEADER, *lines, ""]).encode()


def load(rows: int, word: str = "First") -> ImportBatch:
    return import_file(file_name="bench.csv", data=table(rows, word))


def steps(rows: int) -> dict[str, Callable[[], Any]]:
    """What is measured, each after those before it."""
    user, numbered = (
        User.objects.create(username="bench-import"),
        Question.objects.filter(external_id__startswith="X"),
    )
    return {
        "preview": lambda: preview_import(
            file_name="bench.csv", data=table(rows, "First"), user=user
        ),
        "new": lambda: load(rows),
        "same": lambda: load(rows),
        "export csv": lambda: export_questions(questions=numbered, format_name="csv", user=None),
        "export xlsx": lambda: export_questions(questions=numbered, format_name="xlsx", user=None),
        "changed": lambda: load(rows, "Second"),
        "undo": lambda: undo_import(batch=ImportBatch.objects.filter(applied_at__isnull=False)[0]),
    }


@pytest.mark.parametrize(
    "measured", ["preview", "new", "same", "export csv", "export xlsx", "changed", "undo"]
)
def test_import(benchmark: Any, big_bank: int, measured: str) -> None:
    rows = 10_000 if big_bank > 10_000 else 20
    for name, step in steps(rows).items():
        if name == measured:
            benchmark.pedantic(step, rounds=1)
            break
        step()

    assert Question.objects.filter(external_id__startswith="X").count() in (0, rows)
