"""The switch: for as long as something is read, the replica's connection stands in the place of the
default one, for the ORM and for plain cursors alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ops.replicas.standing import REPLICA

# The primary's connection while the replica's stands in its place.
replaced: ContextVar[BaseDatabaseWrapper | None] = ContextVar("replaced", default=None)
pinned: ContextVar[bool] = ContextVar("pinned", default=False)


def is_reading_from_replica() -> bool:
    return connections[DEFAULT_DB_ALIAS].alias == REPLICA


@contextmanager
def replica_in_place() -> Iterator[None]:
    primary = connections[DEFAULT_DB_ALIAS]
    token = replaced.set(primary)
    connections[DEFAULT_DB_ALIAS] = connections[REPLICA]
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = primary
        replaced.reset(token)


@contextmanager
def primary_in_place() -> Iterator[None]:
    """Whatever is around it and in it: for what is kept, or must be so now."""
    here = connections[DEFAULT_DB_ALIAS]
    token = pinned.set(True)
    connections[DEFAULT_DB_ALIAS] = replaced.get() or here
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = here
        pinned.reset(token)


def is_settled() -> bool:
    """Whether what is around already chose a connection."""
    return pinned.get() or is_reading_from_replica()
