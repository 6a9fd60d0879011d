"""An order as a file, whole or not at all, and what the action log says of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ops import audit
from ops.archive.parquet import flush
from ops.exports.orders import Order
from ops.exports.reading import reading
from ops.exports.writing import blocks_of

type Progress = Callable[[int], None]


def record_export(*, order: Order, rows: int, user: Any = None, **details: Any) -> None:
    """Once for each export, before anything leaves the house."""
    audit.record(
        action="export",
        entity_type="export",
        entity_id=order.export.name,
        details={"label": order.export.title, **order.parameters(), "rows": rows, **details},
        actor=user,
    )


@contextmanager
def whole_file(path: Path, mode: int = 0o600) -> Iterator[IO[bytes]]:
    """A file that has its name only once all is written; nothing stays of one that fails."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.chmod(mode)
        partial.replace(path)
        flush(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def write_export(*, order: Order, path: Path, user: Any = None) -> int:
    """The number of rows. Raises DatabaseError and OSError, and then leaves no file."""
    with whole_file(path) as file, reading() as conn:
        rows = 0
        for block, ended in blocks_of(conn, order):
            file.write(block)
            rows += ended
        record_export(order=order, rows=rows, user=user, output=path.name)
    return rows
