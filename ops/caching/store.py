"""The Redis database of the caches: a round trip a call, and no waiting while it is away."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from redis import ConnectionError as Lost
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry

log = structlog.get_logger(__name__)

PREFIX = "steward:cache:"
LUA = Path(__file__).parent / "lua"
# A page does not wait longer than this for Redis, and does not ask again so soon after a failure.
TIMEOUT, REST = 0.5, 5.0
EVERYTHING = "all"


class Away(Exception):
    """Redis does not answer, or did not a moment ago."""


class Breaker:
    """Of this process: after a failure nobody asks for a while."""

    def __init__(self) -> None:
        self.closed_until = 0.0

    def call[T](self, ask: Callable[[], T]) -> T:
        """Raises Away."""
        if time.monotonic() < self.closed_until:
            raise Away
        try:
            return ask()
        except RedisError as error:
            self.closed_until = time.monotonic() + REST
            log.warning("redis is away; caches ask their sources", error=str(error))
            raise Away from error


breaker = Breaker()


@cache
def client() -> Redis:
    return Redis.from_url(
        settings.CACHE_URL,
        socket_connect_timeout=TIMEOUT,
        socket_timeout=TIMEOUT,
        # Once more at once: a connection that was kept may be of a server that went since.
        retry=Retry(NoBackoff(), 1, supported_errors=(Lost,)),
    )


@cache
def script(name: str) -> Script:
    return client().register_script((LUA / f"{name}.lua").read_text())


# --- Keys ----------------------------------------------------------------------------------------
def version_key(tag: str) -> str:
    return f"{PREFIX}version:{tag}"


def cache_tag(cache_name: str) -> str:
    """Of all values of a cache."""
    return f"cache {cache_name}"


def counters_key(cache_name: str) -> str:
    return f"{PREFIX}counters:{cache_name}"


# Stands while somebody passes on what the database tells.
LISTENER = f"{PREFIX}listener"


# --- One value -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Place:
    """Where a value is kept. `token` is of one reader."""

    cache: str
    key: str
    tags: Sequence[str]
    token: str

    @property
    def value(self) -> str:
        return f"{PREFIX}value:{self.cache}:{self.key}"

    @property
    def lock(self) -> str:
        return f"{PREFIX}lock:{self.cache}:{self.key}"

    @property
    def versions(self) -> list[str]:
        return [version_key(tag) for tag in (EVERYTHING, cache_tag(self.cache), *self.tags)]


@dataclass(frozen=True)
class Look:
    """`state`: found, compute (the lock is ours), wait (somebody computes it), unattended."""

    state: str
    data: bytes
    versions: bytes


def look(place: Place, *, lock_ms: int) -> Look:
    keys = [place.value, place.lock, counters_key(place.cache), LISTENER, *place.versions]
    arguments: list[str | int] = [place.token, lock_ms, "1" if place.tags else "0"]
    state, data, versions = breaker.call(lambda: script("read")(keys, arguments))
    return Look(state.decode(), data, versions)


def keep(place: Place, seen: Look, data: bytes, *, cost: int, lifetime: int, grace: int) -> None:
    """Cost in µs, times in ms."""
    keys = [place.value, place.lock, counters_key(place.cache), *place.versions]
    arguments: list[bytes | str | int] = [place.token, seen.versions, data, cost, lifetime, grace]
    breaker.call(lambda: script("keep")(keys, arguments))


def release(place: Place) -> None:
    breaker.call(lambda: script("release")([place.lock], [place.token]))


# --- All of them ---------------------------------------------------------------------------------
def bump(tags: Sequence[str]) -> None:
    """Raises Away."""
    keys = [version_key(tag) for tag in tags]
    breaker.call(lambda: script("bump")(keys))


def counters(names: Sequence[str]) -> list[Mapping[str, int]]:
    """Times in µs, `since` in seconds since 1970. Raises Away."""

    def ask() -> list[dict[bytes, bytes]]:
        pipeline: Any = client().pipeline(transaction=False)
        for name in names:
            pipeline.hgetall(counters_key(name))
        return pipeline.execute()

    return [
        {name.decode(): int(number) for name, number in found.items()}
        for found in breaker.call(ask)
    ]


def is_attended() -> bool:
    """Raises Away."""
    return bool(breaker.call(lambda: client().exists(LISTENER)))


# --- Who listens ---------------------------------------------------------------------------------
def attend(*, seconds: int, echoes: Sequence[str]) -> None:
    """Somebody listens for so long, and has heard these. Raises Away."""

    def say() -> None:
        pipeline: Any = client().pipeline(transaction=False)
        pipeline.set(LISTENER, 1, ex=seconds)
        for echo in echoes:
            pipeline.rpush(PREFIX + echo, 1)
            pipeline.expire(PREFIX + echo, seconds)
        pipeline.execute()

    breaker.call(say)


def leave() -> None:
    """Nobody listens any more; another listener says otherwise at its next beat. Raises Away."""
    breaker.call(lambda: client().delete(LISTENER))


def wait_for(echo: str, *, seconds: float) -> bool:
    """Whether it was heard within that time, which is well below TIMEOUT."""
    try:
        return client().blpop([PREFIX + echo], timeout=seconds) is not None
    except RedisError:
        return False
