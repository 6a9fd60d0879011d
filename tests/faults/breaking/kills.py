"""Deaths of a moment: processes, connections, servers."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

import redis

from ops.runs import LOST_WORKER
from quizbank.intake.stream import STREAM
from tests.faults.breaking import Kill, Scene
from tests.faults.crew import frozen
from tests.faults.hasty import SILENCE

CLIENTS = (
    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
    " AND datname = current_database() AND pid <> pg_backend_pid()"
)
WORKING = f"{CLIENTS} AND application_name LIKE 'steward run %%'"
# Its connection is there, and with it its lock.
TAKEN = """
    SELECT r.operation || ' ' || r.target FROM public.ops_run AS r JOIN pg_stat_activity AS a
    ON a.application_name = 'steward run ' || r.id
    WHERE r.status = 'pending' AND r.error = %s
"""


# --- Processes -----------------------------------------------------------------------------------
def kill_process(kind: str, scene: Scene) -> bool:
    return scene.crew.kill(kind, scene.chance)


def kill_horse(scene: Scene) -> bool:
    return any_of(scene, scene.crew.horses(), lambda pid: os.kill(pid, signal.SIGKILL))


def freeze_horses(scene: Scene) -> bool:
    """Two at a time, longer than a worker may be silent: its lock says that it is not dead."""
    pids = scene.crew.horses()
    scene.chance.shuffle(pids)
    with frozen(pids[:2]):
        if pids:
            time.sleep(2 * SILENCE.total_seconds())
        for (run,) in scene.house.ask(TAKEN, LOST_WORKER):
            scene.book.object_to("A run was taken from a worker that lives:", run)
    return bool(pids)


def any_of(scene: Scene, pids: list[int], do: Any) -> bool:
    if not pids:
        return False
    with suppress(ProcessLookupError):
        do(scene.chance.choice(pids))
        return True
    return False


# --- Connections ---------------------------------------------------------------------------------
def terminate(which: str, scene: Scene) -> bool:
    pids = [pid for (pid,) in scene.house.ask(which)]
    return any_of(scene, pids, lambda pid: scene.house.ask("SELECT pg_terminate_backend(%s)", pid))


def terminate_all(scene: Scene) -> bool:
    return bool(scene.house.ask(f"SELECT pg_terminate_backend(pid) FROM ({CLIENTS}) AS all_of_us"))


def crash_backend(scene: Scene) -> bool:
    """SIGKILL to one: PostgreSQL ends all of them and recovers."""
    pids = [pid for (pid,) in scene.house.ask(CLIENTS)]
    return any_of(scene, pids, lambda pid: os.kill(pid, signal.SIGKILL))


# --- Servers -------------------------------------------------------------------------------------
def restart(name: str, in_good_order: bool, scene: Scene) -> bool:
    return scene.house.restart(name, in_good_order=in_good_order)


def flush_redis(scene: Scene) -> bool:
    """What stood in the stream of answers is read and wiped in one step: it is lost, and known."""
    try:
        pipeline = scene.house.queue().pipeline(transaction=True)
        pipeline.xrange(STREAM)
        pipeline.flushall()
        messages, _ = pipeline.execute()
    except redis.RedisError:
        return False
    with scene.book.open() as book:
        for _, values in messages:
            body = json.loads(values[b"body"])
            keys = {UUID(answer["question_id"]) for answer in body["answers"]}
            book.wiped |= {(UUID(body["session"]), key) for key in keys}
    return True


KILLS = (
    Kill("worker", partial(kill_process, "worker"), 12),
    Kill("the process of a run", kill_horse, 16),
    Kill("a worker that stands still", freeze_horses, 2, counts=False),
    Kill("ticker", partial(kill_process, "ticker"), 4),
    Kill("intake", partial(kill_process, "intake"), 6),
    Kill("listener", partial(kill_process, "listener"), 3),
    Kill("web server", partial(kill_process, "web"), 1),
    Kill("a connection", partial(terminate, CLIENTS), 16),
    Kill("the connection of a run", partial(terminate, WORKING), 16),
    Kill("all connections", terminate_all, 3),
    Kill("a backend, by SIGKILL", crash_backend, 3),
    Kill("PostgreSQL, by SIGKILL", partial(restart, "postgres", False), 2),
    Kill("PostgreSQL, in good order", partial(restart, "postgres", True), 2),
    Kill("Redis, by SIGKILL", partial(restart, "redis", False), 3),
    Kill("Redis, in good order", partial(restart, "redis", True), 2),
    Kill("all that Redis knows", flush_redis, 1, counts=False),
)
