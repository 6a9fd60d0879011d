"""A function whose answers are kept, each for its arguments."""

from __future__ import annotations

import json
import pickle  # for its error alone
import time
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from hashlib import blake2b
from inspect import signature
from typing import Any
from uuid import uuid4

import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from ops.caching import store
from ops.caching.plain import from_bytes, to_bytes
from ops.caching.store import Away, Look, Place
from ops.registry import Cache, declared
from ops.replicas.switch import primary_in_place

log = structlog.get_logger(__name__)

# Who computes has so long before others may try; who waits for them asks the source itself after
# a while. An answer past its lifetime is still given while a new one is computed.
LOCK_SECONDS, WAIT_SECONDS, PAUSE, GRACE_SECONDS = 30, 3.0, 0.02, 60


def remembered[**P, R](name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Answers are kept as the declared cache `name` says, by its `key`: all arguments. They are
    plain values, the same for everybody, and nobody changes them in place."""

    def decorate(source: Callable[P, R]) -> Callable[P, R]:
        parameters = signature(source)

        @wraps(source)
        def answer(*args: P.args, **kwargs: P.kwargs) -> R:
            given = parameters.bind(*args, **kwargs)
            given.apply_defaults()
            return remembered_as(name, given.arguments, lambda: source(*args, **kwargs))

        return answer

    return decorate


def remembered_as[R](name: str, arguments: dict[str, Any], source: Callable[[], R]) -> R:
    """What `source` answers, or answered before for the same arguments."""
    if sees_what_is_not_committed():
        return source()
    cache = declared(Cache)[name]
    if tuple(arguments) != cache.key:
        raise TypeError(f"The cache {name} has the key {cache.key}, not {tuple(arguments)}.")
    try:
        return from_redis(cache, place_of(cache, arguments), source)
    except Away:
        return source()


def sees_what_is_not_committed() -> bool:
    return bool(connection.in_atomic_block)


def place_of(cache: Cache, arguments: dict[str, Any]) -> Place:
    written = json.dumps(list(arguments.values()), cls=DjangoJSONEncoder)
    key = blake2b(written.encode(), digest_size=16).hexdigest()
    return Place(cache.name, key, cache.tags, uuid4().hex)


def from_redis[R](cache: Cache, place: Place, source: Callable[[], R]) -> R:
    """Raises Away before the source was asked, never after."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        seen = store.look(place, lock_ms=LOCK_SECONDS * 1000)
        if seen.state == "compute":
            return computed(cache, place, seen, source)
        if seen.state == "found":
            try:
                return from_bytes(seen.data)
            except (pickle.UnpicklingError, EOFError) as error:
                log.warning("a cache holds what cannot be read", cache=cache.name, error=str(error))
                return source()
        if seen.state == "unattended" or time.monotonic() > deadline:
            return source()
        time.sleep(PAUSE)


def computed[R](cache: Cache, place: Place, seen: Look, source: Callable[[], R]) -> R:
    """The lock is ours; whatever happens, it is let go."""
    began = time.perf_counter()
    try:
        # What is kept for everybody is what the primary says.
        with primary_in_place():
            value = source()
        cost = int((time.perf_counter() - began) * 1_000_000)
        data = to_bytes(value)
    except BaseException:
        with suppress(Away):
            store.release(place)
        raise
    lifetime = int(cache.lifetime.total_seconds() * 1000)
    with suppress(Away):
        store.keep(
            place,
            seen,
            data,
            cost=cost,
            lifetime=lifetime,
            grace=min(GRACE_SECONDS * 1000, lifetime),
        )
    return value
