"""The processes of Steward, each started again when it ends, as a process manager does it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from config.services.paths import CHECKOUT
from config.supervisor import kill_session, launch

HASTY = [sys.executable, "-m", "tests.faults.hasty"]
GUNICORN = [sys.executable, "-m", "gunicorn", "--chdir", str(CHECKOUT)]
GUNICORN += ["-c", str(CHECKOUT / "config/gunicorn.py"), "config.wsgi"]
COMMANDS = {
    "worker": [*HASTY, "rqworker", "high", "normal", "low", "-v", "0"],
    "ticker": [*HASTY, "tick"],
    "intake": [*HASTY, "intake"],
    "listener": [*HASTY, "listen"],
    "web": GUNICORN,
}
# Two of everything that must be able to stand two.
NUMBERS = {"worker": 3, "ticker": 2, "intake": 2, "listener": 2, "web": 1}
LOOK_SECONDS = 0.1


@dataclass
class Post:
    kind: str
    name: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def is_manned(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass
class Crew:
    logs: Path
    numbers: dict[str, int] = field(default_factory=lambda: dict(NUMBERS))
    # Beside that of this process.
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.logs.mkdir(exist_ok=True)
        self.posts = [
            Post(kind, f"{kind}{n + 1}") for kind, many in self.numbers.items() for n in range(many)
        ]
        self.own_environment = self.environment
        self.away: set[str] = set()
        self.starts: Counter[str] = Counter()
        self.over = threading.Event()
        # A child dies with the thread that made it: one makes them all.
        self.keeper = threading.Thread(target=self.keep, name="keeper")
        self.keeper.start()

    def keep(self) -> None:
        while not self.over.wait(LOOK_SECONDS):
            for post in self.posts:
                if post.kind not in self.away and not post.is_manned:
                    self.man(post)

    def man(self, post: Post) -> None:
        if post.process is not None:
            kill_session(post.process.pid)
        with (self.logs / f"{post.name}.log").open("ab") as log:
            given = (
                os.environ | {"LOG_LEVEL": "WARNING", "PYTHONUNBUFFERED": "1"} | self.environment
            )
            post.process = launch(COMMANDS[post.kind], env=given, output=log.fileno())
        self.starts[post.kind] += 1

    def of(self, kind: str) -> list[Post]:
        return [post for post in self.posts if post.kind == kind and post.is_manned]

    # --- What is done to them ----------------------------------------------------------------
    def kill(self, kind: str, chance: random.Random) -> bool:
        """SIGKILL to one and all that it started; whether there was one."""
        found = self.of(kind)
        if not found:
            return False
        post = chance.choice(found)
        assert post.process is not None
        kill_session(post.process.pid)
        post.process.wait()
        return True

    def horses(self) -> list[int]:
        """The processes that workers forked, which do the work."""
        parents = {post.process.pid for post in self.of("worker") if post.process}
        return [pid for pid, parent in parents_of_all().items() if parent in parents]

    def send_away(self, kind: str) -> None:
        """None of this kind, until `call_back`."""
        self.away.add(kind)
        for post in self.of(kind):
            assert post.process is not None
            kill_session(post.process.pid)
            post.process.wait()

    def call_back(self, kind: str) -> None:
        self.away.discard(kind)

    def change_environment(self, **values: str) -> None:
        """All are stopped in good order, and come back with it."""
        self.environment = self.own_environment | values
        for post in [post for post in self.posts if post.is_manned]:
            assert post.process is not None
            post.process.terminate()

    def are_all_there(self) -> bool:
        return all(post.is_manned for post in self.posts if post.kind not in self.away)

    def end(self) -> None:
        self.over.set()
        self.keeper.join()
        for post in self.posts:
            if post.process is not None:
                kill_session(post.process.pid)
                post.process.wait()


def parents_of_all() -> dict[int, int]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                stat = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
                found[int(entry.name)] = int(stat[1])
    return found


@contextmanager
def frozen(pids: list[int]) -> Iterator[None]:
    """They stand still, and then go on as if nothing had been."""
    for pid in pids:
        signal_to(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            signal_to(pid, signal.SIGCONT)


def signal_to(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
