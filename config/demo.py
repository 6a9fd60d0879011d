"""`manage.py demo`: services, database, content, web server, workers and the others in one process.

Safety: --fresh deletes what `services.reset` deletes and the stored logins, after asking. The demo
stops only what it started: services that ran before go on running.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.template.defaultfilters import filesizeformat

from config import services
from config.demo_logins import login_table, logins_file, synchronise_logins
from config.services import paths
from config.supervisor import Child, Supervisor, Write, end, launch, stop_signals

HOST = "127.0.0.1"
MANAGE = str(paths.CHECKOUT / "manage.py")
WORKERS = 2
OTHERS = {"ticker": "tick", "intake": "intake", "listener": "listen"}
GRACE_SECONDS = 10.0


class DemoError(Exception):
    """One line for the person at the terminal."""


@dataclass(frozen=True)
class Demo:
    port: int
    data: Path
    write: Write
    # Asked before --fresh deletes; True goes on.
    confirm: Callable[[str], bool]
    colour: bool = False
    preparation: Sequence[str] = (sys.executable, MANAGE, "demo", "--prepare")
    children: Sequence[Child] = field(default_factory=lambda: children())

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/admin/"

    def run(self, *, fresh: bool) -> int:
        """The exit code. Returns when it is told to stop, or when a child keeps dying."""
        with only_demo(self.data, self.url):
            require_free_port(self.port)
            try:
                with stop_signals():
                    if fresh:
                        self.wipe()
                    return self._run()
            except KeyboardInterrupt:
                return 0

    def _run(self) -> int:
        before = services.status(self.data)
        try:
            self._start_services()
            self._prepare()
            return self._supervise()
        finally:
            self._stop_services(before)

    # --- Steps -------------------------------------------------------------------------------

    def wipe(self) -> None:
        if os.environ.get("DATABASE_URL"):
            raise DemoError("--fresh deletes the embedded database only: unset DATABASE_URL.")
        folder = services.services_folder(self.data)
        size = filesizeformat(services.folder_size(folder)).replace("\xa0", " ")
        what = f"the demo's database, Redis data and logins ({size} in {self.data})"
        if not self.confirm(f"Delete {what}?"):
            raise DemoError("Nothing was deleted.")
        services.reset(self.data)
        logins_file(self.data).unlink(missing_ok=True)
        self.write(f"Deleted {what}.")

    def _start_services(self) -> None:
        self.write("Starting PostgreSQL and Redis …")
        services.ensure_environment(self.data)

    def _prepare(self) -> None:
        """In a process of its own, because settings are read once, before the services run."""
        child = launch(self.preparation, env=self.environment(), output=None)
        try:
            if child.wait():
                raise DemoError("The demo could not be prepared; the reason stands above.")
        finally:
            end(child, grace=GRACE_SECONDS)

    def _supervise(self) -> int:
        self.write("Starting the web server, workers and ticker … (Ctrl-C stops everything)")
        supervisor = Supervisor(
            self.children,
            env=self.environment(),
            write=self.write,
            colour=self.colour,
            grace=GRACE_SECONDS,
        )
        return supervisor.run(ready=self.answers, announce=self.announce)

    def _stop_services(self, before: services.Status) -> None:
        ran = {"postgres": before.postgres.running, "redis": before.redis.running}
        ours = tuple(name for name, was_running in ran.items() if not was_running)
        services.stop(self.data, only=ours)

    # --- The web server ----------------------------------------------------------------------

    def environment(self) -> dict[str, str]:
        """What the children get: ours, and what makes plain http on this machine work."""
        demo = {
            "STEWARD_DATA": str(self.data),
            "STEWARD_INSECURE_HTTP": "1",
            "STEWARD_BIND": f"{HOST}:{self.port}",
            "ALLOWED_HOSTS": f"{HOST},localhost",
            "PYTHONUNBUFFERED": "1",
        }
        defaults = {"LOG_JSON": "0", "WEB_CONCURRENCY": "2"}
        if not os.environ.get("SECRET_KEY"):
            demo["SECRET_KEY"] = paths.kept_secret(self.data)
        return defaults | os.environ | demo

    def answers(self) -> bool:
        connection = HTTPConnection(HOST, self.port, timeout=1)
        try:
            connection.request("GET", "/admin/login/")
            return connection.getresponse().status < 500
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def announce(self) -> None:
        for line in ("", f"Steward runs at {self.url}", "", *login_table(self.data), ""):
            self.write(line)


def children() -> list[Child]:
    manage = [sys.executable, MANAGE]
    gunicorn = [sys.executable, "-m", "gunicorn", "--chdir", str(paths.CHECKOUT)]
    gunicorn += ["-c", str(paths.CHECKOUT / "config/gunicorn.py")]
    workers = [
        Child(f"worker{number}", [*manage, "rqworker", "high", "normal", "low"])
        for number in range(1, WORKERS + 1)
    ]
    web = Child("web", [*gunicorn, "config.wsgi"])
    others = [Child(name, [*manage, command]) for name, command in OTHERS.items()]
    return [web, *workers, *others]


# --- One demo, one port ------------------------------------------------------------------------


@contextmanager
def only_demo(data: Path, url: str) -> Iterator[None]:
    file = lock_file(data)
    busy = f"A demo of this checkout runs already{_whereabouts(file, ': ')}."
    with paths.locked(file, seconds=0, busy=busy) as descriptor:
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps({"pid": os.getpid(), "url": url}).encode())
        yield
        os.ftruncate(descriptor, 0)


@contextmanager
def no_demo(data: Path) -> Iterator[None]:
    """No demo starts meanwhile; BusyError if one runs."""
    file = lock_file(data)
    if not file.exists():
        yield
        return
    where = _whereabouts(file, " at ")
    busy = f"The demo of this checkout runs{where} and needs the services: end it with Ctrl-C."
    with paths.locked(file, seconds=0, busy=busy):
        yield


def lock_file(data: Path) -> Path:
    return data / "demo.lock"


def _whereabouts(file: Path, before: str) -> str:
    """Where the other demo can be found; empty while it has not said so."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return f"{before}{found['url']} (pid {found['pid']})"


def require_free_port(port: int) -> None:
    with socket.socket() as probe:
        # As gunicorn does: a connection that was just closed does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise DemoError(
                f"Port {port} is not for ordinary users: choose --port 8000."
            ) from error
        except OSError as error:
            raise DemoError(f"Port {port} is busy: choose another with --port.") from error


# --- In the process that prepares --------------------------------------------------------------


def prepare(data: Path, write: Write) -> None:
    """Bring the database, the static files, the content and the logins up to date."""
    # The process is short, and the models between the migrations are a third faster to make.
    gc.disable()
    write("Migrating the database …")
    call_command("migrate", interactive=False, verbosity=0)
    collect_static(write)
    write("Loading the demo content …")
    call_command("load_demo")
    synchronise_logins(data)
    # After the logins: the demo's moderator took the decisions.
    call_command("load_demo_members")
    call_command("load_demo_answers")
    call_command("load_demo_reports")
    call_command("load_demo_flavors")


def collect_static(write: Write) -> None:
    marker = Path(settings.STATIC_ROOT) / "fingerprint"
    fingerprint = static_fingerprint()
    if marker.exists() and marker.read_text(encoding="ascii") == fingerprint:
        return
    write("Collecting static files …")
    call_command("collectstatic", interactive=False, verbosity=0)
    paths.write_private(marker, fingerprint)


def static_fingerprint() -> str:
    """Of the path, size and time of every file that collectstatic would take."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(None):
            found = os.stat(storage.path(path))
            digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
