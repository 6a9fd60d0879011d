"""Who reads now, and which changes they must find again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import DatabaseError

from ops.replicas.standing import primary_position


@dataclass(frozen=True)
class Reader:
    """`after` is the position of their last change; `may` whether the replica may answer."""

    may: bool = False
    after: int = 0


# Jobs and commands read from the primary, unless they ask for a connection.
NOBODY = Reader()
reader: ContextVar[Reader] = ContextVar("reader", default=NOBODY)


@contextmanager
def reading_for(*, may: bool, after: int) -> Iterator[None]:
    """While a request is answered."""
    token = reader.set(Reader(may, after))
    try:
        yield
    finally:
        reader.reset(token)


def written_up_to() -> int:
    """The primary's position after a change; 0 if it does not say."""
    try:
        return primary_position()
    except DatabaseError:
        return 0
