"""Keeps a few commands running under one process: their output, their restarts, their end."""

from __future__ import annotations

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

TICK = 0.1
PR_SET_PDEATHSIG = 1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# A second SIGTERM makes an RQ worker give up its current job instead of waiting for it.
INSIST_SECONDS = 2.0
COLOURS = (36, 33, 35, 32, 34, 31)
Write = Callable[[str], None]


class StopRequest:
    """Raises KeyboardInterrupt once, at the first signal to stop or at the end of `held`."""

    def __init__(self) -> None:
        self.asked = self.raised = False
        self.holds = 0

    def receive(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        self._raise_unless_held()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Around a fork: Python drops what is raised in the hooks that run after it."""
        self.holds += 1
        try:
            yield
        finally:
            self.holds -= 1
        self._raise_unless_held()

    def _raise_unless_held(self) -> None:
        if self.asked and not self.raised and not self.holds:
            self.raised = True
            raise KeyboardInterrupt


_request = StopRequest()


@contextmanager
def stop_signals() -> Iterator[None]:
    """The first signal to stop raises KeyboardInterrupt; more of them do not cut the end short."""
    _request.asked = _request.raised = False
    previous = {number: signal.signal(number, _request.receive) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def launch(
    command: Sequence[str], *, env: Mapping[str, str], output: int | None
) -> subprocess.Popen[bytes]:
    """A child in a session of its own (no Ctrl-C of ours reaches it), which ends when we end."""
    process = None
    try:
        with _request.held():
            process = subprocess.Popen(  # noqa: S603  # commands of our own, no shell
                command,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()),
            )
    except KeyboardInterrupt:
        # The caller never learns of it.
        if process is not None:
            end(process, grace=INSIST_SECONDS)
        raise
    return process


def _die_with(parent: int) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    # Loaded before the fork: afterwards only simple calls are safe.
    libc = ctypes.CDLL(None)

    def ask_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


def end(process: subprocess.Popen[bytes], *, grace: float) -> None:
    """Ask `process` to end, insist, then kill it with everything in its session."""
    for seconds in (grace, INSIST_SECONDS):
        if process.poll() is None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
    kill_session(process.pid)
    process.wait()


def kill_session(leader: int) -> None:
    """SIGKILL every process of the session, also those that made a group of their own."""
    for pid in _session_members(leader):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def _session_members(leader: int) -> list[int]:
    if sys.platform != "linux":
        return []
    numbers = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in numbers if _session_of(pid) == leader]


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def describe_exit(code: int) -> str:
    if code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


@dataclass(frozen=True)
class Child:
    name: str
    command: Sequence[str]


@dataclass
class Running:
    """One life of a child."""

    child: Child
    process: subprocess.Popen[bytes]
    descriptor: int
    started: float = field(default_factory=time.monotonic)
    unfinished: bytes = b""

    def read(self) -> list[str] | None:
        """The lines that have come in; None at the end of the output. May raise BlockingIOError."""
        data = os.read(self.descriptor, 65536)
        if not data:
            return None
        *lines, self.unfinished = (self.unfinished + data).split(b"\n")
        if len(self.unfinished) > 65536:
            lines, self.unfinished = [*lines, self.unfinished], b""
        return [line.decode(errors="replace").rstrip("\r") for line in lines]


class Supervisor:
    """Runs `children` until told to stop, or until one of them keeps dying."""

    def __init__(
        self,
        children: Sequence[Child],
        *,
        env: Mapping[str, str],
        write: Write,
        colour: bool = False,
        restarts: int = 3,
        grace: float = 10.0,
        healthy_after: float = 60.0,
    ) -> None:
        self.children = children
        self.env = env
        self.write = write
        self.colour = colour
        self.restarts = restarts
        self.grace = grace
        self.healthy_after = healthy_after
        self.running: dict[str, Running] = {}
        self.due: dict[str, float] = {}
        self.failures: dict[str, int] = {child.name: 0 for child in children}
        self.selector = selectors.DefaultSelector()
        self.width = max(len(child.name) for child in children)

    def run(self, *, ready: Callable[[], bool], announce: Callable[[], None]) -> int:
        """Supervise; the exit code. KeyboardInterrupt ends it well.

        `announce` is called once, as soon as `ready` says so; `ready` must be quick.
        """
        try:
            return self._supervise(ready, announce)
        except KeyboardInterrupt:
            with suppress(OSError):
                self.write("Stopping …")
            return 0
        finally:
            self._end_all()

    def _supervise(self, ready: Callable[[], bool], announce: Callable[[], None]) -> int:
        self.due = {child.name: 0.0 for child in self.children}
        announced = False
        while True:
            self._start_due()
            self._pump(TICK)
            if self._gave_up():
                return 1
            if not announced and ready():
                announce()
                announced = True

    # --- Lives of the children ---------------------------------------------------------------

    def _start_due(self) -> None:
        for child in self.children:
            if child.name in self.due and time.monotonic() >= self.due[child.name]:
                del self.due[child.name]
                self._start(child)

    def _start(self, child: Child) -> None:
        read_end, write_end = os.pipe()
        os.set_blocking(read_end, False)
        try:
            process = launch(child.command, env=self.env, output=write_end)
        finally:
            os.close(write_end)
        running = Running(child, process, read_end)
        self.running[child.name] = running
        self.selector.register(read_end, selectors.EVENT_READ, running)

    def _gave_up(self) -> bool:
        """Deal with every child that has ended; whether one of them did so too often."""
        ended = [each for each in self.running.values() if each.process.poll() is not None]
        return any(self._bury(each) for each in ended)

    def _bury(self, running: Running) -> bool:
        name = running.child.name
        self._forget(running)
        if time.monotonic() - running.started > self.healthy_after:
            self.failures[name] = 0
        self.failures[name] += 1
        happened = f"{name} {describe_exit(running.process.returncode)}"
        if self.failures[name] > self.restarts:
            self.write(f"{happened}, {self.failures[name]} times in a row: stopping.")
            return True
        self.write(f"{happened}: restarting it ({self.failures[name]} of {self.restarts}).")
        self.due[name] = time.monotonic() + 0.25 * 2 ** self.failures[name]
        return False

    def _forget(self, running: Running) -> None:
        """Of an ended child: what it left running, and what it had to say."""
        kill_session(running.process.pid)
        with suppress(BlockingIOError):
            while (lines := running.read()) is not None:
                self._print(running, lines)
        if running.unfinished:
            self._print(running, [running.unfinished.decode(errors="replace")])
        self._close(running)
        del self.running[running.child.name]

    def _close(self, running: Running) -> None:
        if running.descriptor in self.selector.get_map():
            self.selector.unregister(running.descriptor)
        os.close(running.descriptor)

    def _end_all(self) -> None:
        """SIGTERM to all at once, then to those that are left, then SIGKILL."""
        for seconds in (self.grace, INSIST_SECONDS):
            self._terminate_and_wait(seconds)
        for running in list(self.running.values()):
            kill_session(running.process.pid)
            running.process.wait()
            with suppress(OSError):
                self._forget(running)
        self.selector.close()

    def _terminate_and_wait(self, seconds: float) -> None:
        for running in self.running.values():
            if running.process.poll() is None:
                running.process.terminate()
        deadline = time.monotonic() + seconds
        while self._any_alive() and time.monotonic() < deadline:
            # Nobody may be left to read, yet the children must end.
            with suppress(OSError):
                self._pump(TICK)

    def _any_alive(self) -> bool:
        return any(each.process.poll() is None for each in self.running.values())

    # --- Output --------------------------------------------------------------------------------

    def _pump(self, seconds: float) -> None:
        for key, _ in self.selector.select(seconds):
            running: Running = key.data
            lines = running.read()
            if lines is None:
                self.selector.unregister(running.descriptor)
            else:
                self._print(running, lines)

    def _print(self, running: Running, lines: Sequence[str]) -> None:
        prefix = self._prefix(running.child)
        for line in lines:
            self.write(prefix + line)

    def _prefix(self, child: Child) -> str:
        text = f"{child.name:<{self.width}} | "
        if not self.colour:
            return text
        colour = COLOURS[self.children.index(child) % len(COLOURS)]
        return f"\x1b[{colour}m{text}\x1b[0m"
