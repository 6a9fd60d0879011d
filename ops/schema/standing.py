"""What the last verification found, for its screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ops.latest import last_with_figure
from ops.schema.comparing import MISSING, STATES
from ops.schema.work import VERIFY

# In the order in which one looks; what hardly ever stands in a schema comes when it does.
KINDS = {
    "migration": "Migrations",
    "extension": "Extensions",
    "role": "Roles",
    "schema": "Schemas",
    "table": "Tables",
    "column": "Columns",
    "constraint": "Constraints",
    "index": "Indexes",
    "partition": "Partitions",
    "trigger": "Triggers",
    "function": "Functions",
    "type": "Types",
    "view": "Views",
    "materialized view": "Materialized views",
    "sequence": "Sequences",
    "row security": "Row security",
    "policy": "Policies",
    "grant": "Grants",
    "rule": "Rules",
    "statistics": "Extended statistics",
}


@dataclass(frozen=True)
class Difference:
    state: str
    kind: str
    name: str
    # (text, "expected", "found" or ""): each line of the difference.
    lines: list[tuple[str, str]]


@dataclass(frozen=True)
class Standing:
    """`rows` are (title, number in each of STATES); `more` differences were too many to keep."""

    verified_at: datetime
    differs: int
    total: int
    rows: list[tuple[str, list[int]]]
    differences: list[Difference]
    more: int


def standing() -> Standing | None:
    """None before the first verification."""
    verified = last_with_figure(VERIFY, "differs")
    if verified is None:
        return None
    counts: Mapping[str, Mapping[str, int]] = verified.figures["counts"]
    rows = [
        (title, [counts[kind][state] for state in STATES])
        for kind, title in KINDS.items()
        if kind in counts
    ]
    kept = verified.figures["differences"]
    return Standing(
        verified_at=verified.ended_at,
        differs=verified.figures["differs"],
        total=sum(sum(numbers) for _, numbers in rows),
        rows=rows,
        differences=[difference_of(each) for each in kept],
        more=verified.figures["differs"] - len(kept),
    )


def difference_of(kept: Mapping[str, Any]) -> Difference:
    marks = {"-": "expected", "+": "found"} if kept["state"] == "drifted" else {}
    whole = "expected" if kept["state"] == MISSING else "found"
    lines = [
        (line, marks.get(line[:1], "") if marks else whole)
        for line in kept["difference"].splitlines()
    ]
    return Difference(kept["state"], kept["kind"], kept["name"], lines)
