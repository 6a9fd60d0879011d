"""What the warehouse's folder holds: `manifest.json`, which is written last.

    {"version": 1, "written_at": …, "exports": {name: {
        "as_of": …, "snapshot": …, "watermark": the newest row's moment or null, "rows": …,
        "columns": [{"name": …, "type": an Arrow type}],
        "files": [{"path": …, "rows": …, "bytes": …, "sha256": …, "fingerprint": …}]}}}

Paths are below the folder: `answers/year=2026/month=11/answers.parquet`, or `terms/terms.parquet`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from ops.exports.files import whole_file

VERSION = 1
FILE = "manifest.json"
# Whatever loads the warehouse is in the group.
MODE = 0o640


@dataclass(frozen=True)
class WarehouseFile:
    """`fingerprint`: the sum of its rows' hashes, as PostgreSQL computes them."""

    path: str
    rows: int
    bytes: int
    sha256: str
    fingerprint: str


@dataclass(frozen=True)
class Dataset:
    """All that stands of one export."""

    as_of: str = ""
    snapshot: str = ""
    watermark: str | None = None
    rows: int = 0
    columns: tuple[Mapping[str, str], ...] = ()
    files: tuple[WarehouseFile, ...] = field(default=())


def root() -> Path:
    return Path(settings.STEWARD_WAREHOUSE_DIR)


def read() -> dict[str, Dataset]:
    """Export → what stands of it; empty before the first time."""
    path = root() / FILE
    if not path.exists():
        return {}
    found = json.loads(path.read_text())["exports"]
    return {name: dataset_of(values) for name, values in found.items()}


def dataset_of(values: Mapping[str, Any]) -> Dataset:
    files = tuple(WarehouseFile(**file) for file in values["files"])
    return Dataset(**{**values, "columns": tuple(values["columns"]), "files": files})


def write(datasets: Mapping[str, Dataset]) -> None:
    values = {
        "version": VERSION,
        "written_at": timezone.now().isoformat(),
        "exports": {name: asdict(dataset) for name, dataset in datasets.items()},
    }
    with whole_file(root() / FILE, MODE) as file:
        file.write(json.dumps(values, indent=1).encode())
