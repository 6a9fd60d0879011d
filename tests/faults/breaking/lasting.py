"""What stays broken until somebody mends it, and must have raised an alert by then."""

from __future__ import annotations

import os
import signal

from django.db import OperationalError, connection

from config import services
from config.services import processes
from ops.runs import enqueue
from tests.faults.breaking import Lasting, Scene

ZONES = (
    ("Pacific/Kiritimati", "America/St_Johns"),
    ("America/Los_Angeles", "Asia/Kathmandu"),
    ("Europe/Berlin", "Pacific/Chatham"),
)


def nothing(scene: Scene) -> None:
    pass


# --- Redis and workers ---------------------------------------------------------------------------
def stop_redis(scene: Scene) -> None:
    services.stop(scene.house.folder, only=("redis",))


def start_servers(scene: Scene) -> None:
    scene.house.start()


def send_workers_away(scene: Scene) -> None:
    scene.crew.send_away("worker")


def call_workers(scene: Scene) -> None:
    scene.crew.call_back("worker")


# --- The disk ------------------------------------------------------------------------------------
def fill_disk(scene: Scene) -> None:
    scene.house.disk.fill()


def free_disk(scene: Scene) -> None:
    scene.house.disk.free()


def no_disk(scene: Scene) -> str:
    return "" if scene.house.disk.is_real else "no tmpfs may be mounted here"


# --- The replica ---------------------------------------------------------------------------------
def no_replica(scene: Scene) -> str:
    return "" if scene.house.standby else "there is no replica"


def kill_replica(scene: Scene) -> None:
    assert scene.house.standby
    pid = scene.house.standby.server.pid()
    if pid:
        os.kill(pid, signal.SIGKILL)
        processes.wait_until(lambda: not processes.alive(pid), seconds=60)


def start_replica(scene: Scene) -> None:
    assert scene.house.standby
    scene.house.standby.start()


def pause_replica(scene: Scene) -> None:
    """It answers, and is further behind every second."""
    assert scene.house.standby
    scene.house.standby.pause()


def resume_replica(scene: Scene) -> None:
    assert scene.house.standby
    scene.house.standby.resume()


# --- Runs and clocks -----------------------------------------------------------------------------
def fail_a_run(scene: Scene) -> None:
    processes.wait_until(lambda: is_ordered(scene), seconds=60)


def is_ordered(scene: Scene) -> bool:
    # What is left of the one before may be of a server that was killed since.
    connection.close()
    try:
        run, _ = enqueue(operation="fault_fail")
    except OperationalError:
        return False
    scene.book.runs[run.pk] = "fault_fail"
    return True


def let_a_day_pass(scene: Scene) -> None:
    """An alert tells of runs that failed within a day. Past the ledger's triggers, of this update
    alone: others' go on.
    """
    scene.house.ask(
        "BEGIN; SET LOCAL session_replication_role = replica;"
        " UPDATE public.ops_run SET finished_at = finished_at - interval '1 day'"
        " WHERE status = 'failed';"
        " COMMIT"
    )


def change_zone(scene: Scene) -> None:
    """Of Steward, of its machine, and of the database, each another one."""
    house, machine = scene.chance.choice(ZONES)
    scene.house.ask(f"ALTER DATABASE steward SET timezone = '{machine}'")
    scene.crew.change_environment(TZ=machine, TIME_ZONE=house)


def change_zone_back(scene: Scene) -> None:
    scene.house.ask("ALTER DATABASE steward RESET timezone")
    scene.crew.change_environment()


LASTING = (
    Lasting("nothing", nothing, nothing),
    Lasting("Redis stopped", stop_redis, start_servers, ("redis-away", "workers-gone")),
    Lasting("no workers", send_workers_away, call_workers, ("workers-gone",)),
    Lasting("disk full", fill_disk, free_disk, ("disk-used",), no_disk),
    Lasting("replica killed", kill_replica, start_replica, ("replica-in-trouble",), no_replica),
    Lasting("replica behind", pause_replica, resume_replica, ("replica-lag",), no_replica),
    Lasting("another zone", change_zone, change_zone_back),
    Lasting("a failed run", fail_a_run, let_a_day_pass, ("failed-runs",)),
)
