"""What holds in the end: a check compares the book, or a count from scratch, with what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tests.faults.book import Book
from tests.faults.house import House


@dataclass(frozen=True)
class Found:
    """`wrong` names the first things that are not as they should be."""

    title: str
    figure: str
    wrong: tuple[str, ...] = ()


type Check = Callable[[House, Book], Found]


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchall() if cursor.description else []


def few(wrong: Iterable[Any]) -> tuple[str, ...]:
    found = [str(each) for each in wrong]
    more = (f"and {len(found) - 5:,} more",) if len(found) > 5 else ()
    return (*found[:5], *more)
