"""What must be known to read an archived partition, or to bring it back, without this system."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from psycopg import Connection

from ops.archive import catalog, parquet
from ops.archive.catalog import ArchiveError, Bounds, Column, Fingerprint

VERSION = 1
FILE = "rows.parquet"


def describe(
    conn: Connection[Any],
    *,
    table: str,
    partition: str,
    schema: str,
    bounds: Bounds,
    fingerprint: Fingerprint,
    path: Path,
) -> dict[str, Any]:
    """The manifest of one export, as JSON values."""
    version = conn.execute("SHOW server_version").fetchone()
    return {
        "version": VERSION,
        "table": table,
        "partition": partition,
        "key": catalog.key_of(conn, table),
        "primary_key": catalog.primary_key_of(conn, table),
        "columns": [c.as_json() for c in catalog.columns_of(conn, schema, partition)],
        "checks": catalog.checks_of(conn, schema, partition),
        "options": catalog.options_of(conn, schema, partition),
        "lower": str(bounds.lower),
        "upper": str(bounds.upper),
        "rows": fingerprint.rows,
        "fingerprint": fingerprint.total,
        "files": [
            {"name": FILE, "bytes": path.stat().st_size, "sha256": parquet.sha256(path)},
        ],
        "postgresql": version[0] if version else "",
    }


def write(manifest: dict[str, Any], folder: Path) -> None:
    with parquet.whole(folder / "manifest.json") as partial:
        partial.write_text(json.dumps(manifest, indent=2) + "\n")


def fingerprint_of(manifest: dict[str, Any]) -> Fingerprint:
    return Fingerprint(manifest["rows"], manifest["fingerprint"])


def columns_of(manifest: dict[str, Any]) -> list[Column]:
    return [Column(**column) for column in manifest["columns"]]


def data_file(manifest: dict[str, Any], folder: Path) -> Path:
    """The Parquet file, its hash checked. Raises ArchiveError."""
    [entry] = manifest["files"]
    path = folder / entry["name"]
    if not path.is_file():
        raise ArchiveError(f"The file {path} is gone: put it back from a backup.")
    if parquet.sha256(path) != entry["sha256"]:
        raise ArchiveError(f"The file {path} is not the one that was written: its hash differs.")
    return path
