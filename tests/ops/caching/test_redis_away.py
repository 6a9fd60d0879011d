"""Redis is stopped, killed or hangs: the source answers, and nobody waits for Redis twice."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from redis import Redis

from config.services import paths
from config.services.redis_server import RedisServer
from ops.caching import store
from ops.registry import Cache
from tests.ops.caching.conftest import Source

type Declare = Callable[..., Cache]


@pytest.fixture
def server(settings: Any) -> Iterator[RedisServer]:
    """A Redis of the test's own, which the caches use."""
    with TemporaryDirectory() as folder:
        found = RedisServer(Path(folder), durable=False)
        paths.make_private(paths.socket_folder(found.root))
        found.start()
        settings.CACHE_URL = found.url
        forget_client()
        yield found
        found.stop()
    forget_client()


def forget_client() -> None:
    store.client.cache_clear()
    store.script.cache_clear()


def kill(server: RedisServer) -> None:
    pid = server.pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    while server.listens():
        pass


def test_killed_in_the_middle_and_back_again(declare: Declare, server: RedisServer) -> None:
    declare()
    source = Source()
    answer = source.through()
    answer()
    answer()
    assert source.asked == 1

    kill(server)
    assert [answer() for _ in range(5)] == ["figures"] * 5
    assert source.asked == 6

    server.start()
    store.breaker.closed_until = 0.0
    answer()
    answer()
    assert source.asked == 7


def test_killed_while_the_source_computes(declare: Declare, server: RedisServer) -> None:
    declare()

    class Killing(Source):
        def __call__(self) -> Any:
            kill(server)
            return super().__call__()

    source = Killing()

    assert source.through()() == "figures"
    assert source.asked == 1
    server.start()


def test_a_kept_connection_that_broke_is_no_failure(declare: Declare, server: RedisServer) -> None:
    declare()
    source = Source()
    answer = source.through()
    answer()

    with Redis.from_url(server.url) as other:
        other.client_kill_filter(_type="normal", skipme=True)
    answer()

    assert source.asked == 1


def test_who_hangs_is_waited_for_once(
    declare: Declare, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that takes connections and never answers."""
    declare()
    monkeypatch.setattr(store, "TIMEOUT", 0.05)
    asked: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CACHE_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/2"
        forget_client()
        source = Source()
        answer = source.through()
        ask = store.client().execute_command

        def counted(*args: Any, **kwargs: Any) -> Any:
            asked.append(time.monotonic())
            return ask(*args, **kwargs)

        monkeypatch.setattr(store.client(), "execute_command", counted)
        assert [answer() for _ in range(10)] == ["figures"] * 10
        store.client().close()
    forget_client()

    assert source.asked == 10
    assert len(asked) == 1
