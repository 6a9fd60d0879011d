"""The folder of backups: whole dumps, each with its manifest, and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
from django.conf import settings

from ops.disks import writing_to
from ops.work import Refused

CHUNK = 1024 * 1024
DUMP, MANIFEST, PARTIAL = ".dump.zst", ".json", ".partial"


class Differs(Exception):
    """The file is not what was written; the text says how."""


def folder() -> Path:
    """Made if missing; only we may enter it."""
    found: Path = settings.STEWARD_BACKUP_DIR
    try:
        found.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"Cannot make the folder {found}: {error.strerror}.") from error
    return found


def name_for(database: str, moment: datetime) -> str:
    """`steward-20261121T013000.123456Z.dump.zst`: sorted by name, they are sorted by time."""
    plain = re.sub(r"[^\w-]", "_", database)
    return f"{plain}-{moment.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}{DUMP}"


def manifest_path(name: str) -> Path:
    return folder() / name.replace(DUMP, MANIFEST)


def size_of(name: str) -> int:
    """Of dump and manifest; 0 when they are gone."""
    paths = (folder() / name, manifest_path(name))
    return sum(path.stat().st_size for path in paths if path.exists())


def delete(name: str) -> None:
    """Doing it twice does nothing. The dump first: a manifest alone tells what is gone."""
    for path in (folder() / name, manifest_path(name)):
        path.unlink(missing_ok=True)
    flush(folder())


def delete_partial(database: str) -> list[str]:
    """What runs that were killed left of this database; call it while no other dumps."""
    plain = re.sub(r"[^\w-]", "_", database)
    found = sorted(folder().glob(f"{plain}-*{PARTIAL}"))
    for path in found:
        path.unlink(missing_ok=True)
    return [path.name for path in found]


class Hashing:
    """A file that knows the hash and the number of the bytes that went through it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.digest = hashlib.sha256()
        self.bytes = 0
        self.closed = False

    def write(self, data: Any) -> int:
        view = memoryview(data)
        self.stream.write(view)
        self.digest.update(view)
        self.bytes += view.nbytes
        return view.nbytes

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(size)
        self.digest.update(data)
        self.bytes += len(data)
        return data

    def flush(self) -> None:
        self.stream.flush()

    def close(self) -> None:
        self.closed = True

    @property
    def sha256(self) -> str:
        return self.digest.hexdigest()


@contextmanager
def written(name: str) -> Iterator[tuple[Any, Hashing]]:
    """(what takes the plain bytes, what counts the compressed ones). Whole on the disk after the
    block, or not there at all. Raises Refused when it cannot be written.
    """
    path = folder() / name
    partial = path.with_name(name + PARTIAL)
    try:
        with writing_to(path.parent):
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as raw:
                hashing = Hashing(raw)
                with pa.CompressedOutputStream(pa.PythonFile(hashing, "w"), "zstd") as compressing:
                    yield compressing, hashing
                raw.flush()
                os.fsync(raw.fileno())
            partial.rename(path)
            flush(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def write_json(path: Path, values: Any) -> None:
    """Whole on the disk, or not there at all. Raises Refused when it cannot be written."""
    partial = path.with_name(path.name + PARTIAL)
    try:
        with writing_to(path.parent):
            partial.write_text(json.dumps(values, indent=1) + "\n")
            flush(partial)
            partial.rename(path)
            flush(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Onto the disk; of a folder, its entries."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check(path: Path, *, size: int, sha256: str, progress: Callable[[int], None]) -> None:
    """Raises Differs unless the file is the one that was written."""
    try:
        found = path.stat().st_size
        if found != size:
            how = "shorter" if found < size else "longer"
            raise Differs(
                f"The file {path.name} is {abs(size - found):,} bytes {how} than it was written:"
                f" {found:,} of {size:,}."
            )
        with path.open("rb") as raw:
            hashing = Hashing(raw)
            while hashing.read(CHUNK):
                progress(hashing.bytes)
    except OSError as error:
        raise Differs(f"The file {path} cannot be read: {error.strerror}.") from error
    if hashing.sha256 != sha256:
        raise Differs(f"The file {path.name} is not the one that was written: its hash differs.")


def plain_chunks(path: Path, progress: Callable[[int], None]) -> Iterator[bytes]:
    """The dump as pg_restore reads it. `progress` is told of the file's own bytes."""
    with path.open("rb") as raw:
        counting = Hashing(raw)
        with pa.CompressedInputStream(pa.PythonFile(counting, "r"), "zstd") as plain:
            while chunk := plain.read(CHUNK):
                progress(counting.bytes)
                yield chunk
