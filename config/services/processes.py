"""Processes that outlive the one that starts them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

# Detached through a shell: the server is then nobody's child here, and never becomes a zombie.
DETACH = '"$@" </dev/null >&2 & echo $!'
LOG_LIMIT = 10 * 1024 * 1024


def spawn(command: Sequence[str], *, log: Path) -> Spawned:
    """Start `command` in a session of its own with its output in `log`."""
    since = trim_log(log)
    with open_log(log) as stream:
        shell = subprocess.run(  # noqa: S603  # a fixed script; the command is its arguments
            ["/bin/sh", "-c", DETACH, "sh", *command],
            stdout=subprocess.PIPE,
            stderr=stream,
            env=server_environment(),
            cwd="/",
            start_new_session=True,
            check=True,
        )
    return Spawned(int(shell.stdout), log, since)


def open_log(log: Path) -> BinaryIO:
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def trim_log(log: Path) -> int:
    """Put a log that has grown large aside; the bytes that are in it now."""
    size = log.stat().st_size if log.exists() else 0
    if size <= LOG_LIMIT:
        return size
    log.replace(log.with_suffix(".old.log"))
    return 0


@dataclass(frozen=True)
class Spawned:
    """A server that was just started, and where in its log that was."""

    pid: int
    log: Path
    since: int

    def ended(self) -> bool:
        return not alive(self.pid)

    def said(self) -> str:
        return log_tail(self.log, since=self.since)


def server_environment() -> dict[str, str]:
    """Ours without PGPORT and its kin, which change a server's defaults, and without a locale."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C"}


def log_tail(log: Path, *, since: int, lines: int = 12) -> str:
    """The last lines of `log` that were written after its first `since` bytes."""
    with log.open("rb") as stream:
        stream.seek(since)
        return b"".join(deque(stream, lines)).decode(errors="replace").strip()


def exists(pid: int) -> bool:
    """Whether the number is taken, be it by a process that has ended and waits to be collected."""
    try:
        with suppress(PermissionError):  # Somebody else's, but there.
            os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def alive(pid: int) -> bool:
    return exists(pid) and not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] == "Z"


def command_lines() -> dict[int, str]:
    """The command line of every process that can be seen, its arguments joined by spaces."""
    if sys.platform != "linux":
        return _command_lines_from_ps()
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (line := _command_line(entry)):
            found[int(entry.name)] = line
    return found


def _command_line(process: Path) -> str:
    try:
        raw = (process / "cmdline").read_bytes()
    except OSError:
        return ""
    return os.fsdecode(raw).replace("\0", " ").strip()


def _command_lines_from_ps() -> dict[int, str]:
    listing = subprocess.run(["/bin/ps", "-axo", "pid=,args="], capture_output=True, check=True)
    rows = (line.split(None, 1) for line in os.fsdecode(listing.stdout).splitlines())
    return {int(row[0]): row[1] for row in rows if len(row) == 2}


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Poll `condition` until it holds; False when `seconds` passed first."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
