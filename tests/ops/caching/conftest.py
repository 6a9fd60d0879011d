from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis

from ops import registry
from ops.caching import remembered, store
from ops.registry import Cache


@pytest.fixture
def kept(own_redis: list[Redis]) -> Redis:
    """The database of the declared caches."""
    return own_redis[2]


@pytest.fixture
def attended(kept: Redis) -> None:
    """As if a listener ran."""
    kept.set(store.LISTENER, 1)


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Cache]]:
    """Declares a cache for the test alone."""

    def declare(name: str = "figures", **given: Any) -> Cache:
        values = {"title": "Figures", "lifetime": timedelta(minutes=5), **given}
        cache = Cache(name, **values)
        monkeypatch.setitem(registry._declared.setdefault(Cache, {}), name, cache)
        return cache

    return declare


class Source:
    """Counts how often it was asked."""

    def __init__(self, value: Any = "figures") -> None:
        self.value, self.asked = value, 0

    def __call__(self) -> Any:
        self.asked += 1
        return self.value

    def through(self, name: str = "figures") -> Callable[[], Any]:
        @remembered(name)
        def answer() -> Any:
            return self()

        return answer
