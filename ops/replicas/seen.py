"""Who reads now, and which changes they must find again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import Error

from ops.replicas.standing import primary_position

# Beyond all that a replica will ever have replayed.
UNKNOWN_POSITION = 2**63 - 1


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
    """The primary's position after a change; UNKNOWN_POSITION if it does not say."""
    try:
        return primary_position()
    except Error:
        return UNKNOWN_POSITION
