"""Where the embedded services keep their things, and who may see them."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.services.errors import BusyError, ServiceError
from config.services.processes import wait_until

CHECKOUT = Path(__file__).resolve().parents[2]
# The shortest limit of all systems (macOS), less the longest name that is put into the folder.
LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.5432")
# libpq splits a host at commas, and quotes need care everywhere.
PLAIN_PATH = re.compile(r"[\w./ @+=~:()-]+")


def data_folder() -> Path:
    named = os.environ.get("STEWARD_DATA")
    return Path(named).expanduser().resolve() if named else CHECKOUT / ".steward"


def services_folder(data: Path) -> Path:
    """Holds what `services reset` deletes."""
    return data / "services"


def socket_folder(data: Path) -> Path:
    """In the data folder, or under /tmp where that path is too long or too odd for a socket."""
    inside = services_folder(data) / "run"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER and PLAIN_PATH.fullmatch(str(inside)):
        return inside
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return _temporary_folder() / f"steward-{os.geteuid()}-{digest}"


def _temporary_folder() -> Path:
    """The same one for every command, whatever TMPDIR says in that terminal."""
    shared = Path("/tmp")  # noqa: S108  # the folder inside is private, and checked to be ours
    return shared if os.access(shared, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())


def make_private(folder: Path) -> Path:
    """`folder`, made if missing: a real directory that belongs to us and that only we may enter."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise ServiceError(f"Cannot make {folder}: {error.strerror}.") from error
    if not stat.S_ISDIR(found.st_mode):
        raise ServiceError(f"{folder} is not a folder of ours: remove it.")
    if found.st_uid != os.geteuid():
        raise ServiceError(
            f"{folder} belongs to another user (uid {found.st_uid}):"
            " run as that user, or set STEWARD_DATA to a folder of your own."
        )
    if found.st_mode & 0o077:
        folder.chmod(0o700)
    return folder


@contextmanager
def locked(file: Path, *, seconds: float, busy: str) -> Iterator[int]:
    """Hold an exclusive lock on `file`; BusyError(`busy`) if another holds it that long."""
    descriptor = _open_lock(file)
    try:
        if not wait_until(lambda: _try_lock(descriptor), seconds=seconds):
            raise BusyError(busy)
        yield descriptor
    finally:
        os.close(descriptor)


def _open_lock(file: Path) -> int:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise ServiceError(
            f"Cannot write {file}: {error.strerror}."
            " Set STEWARD_DATA to a folder of your own, or DATABASE_URL and REDIS_URL."
        ) from error


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_private(file: Path, text: str) -> None:
    """Replace `file` in one step; only we may read it."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    draft.replace(file)


def kept_secret(data: Path) -> str:
    """The secret key of development: random, made once. Call it under the lock."""
    file = data / "secret_key"
    if not file.exists():
        write_private(file, secrets.token_urlsafe(50))
    return file.read_text(encoding="utf-8").strip()


def folder_size(folder: Path) -> int:
    """Bytes in the files of `folder`."""
    sizes = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                sizes += os.lstat(os.path.join(parent, name)).st_size
            except FileNotFoundError:  # A server tidies up while we count.
                continue
    return sizes
