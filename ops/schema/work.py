"""The run that proves the schema."""

from __future__ import annotations

from collections.abc import Sequence

from ops.schema.comparing import OK, STATES, Finding, compare, counts_of
from ops.schema.expecting import expected_objects
from ops.schema.reading import read_own_catalog
from ops.work import Result, Work

VERIFY = "verify_schema"
# Of a database that is altogether another, the first ones say enough.
DIFFERENCES_KEPT = 200


def verify(work: Work) -> Result:
    work.progress(note="Reading what the migrations make")
    expected = expected_objects(
        lambda done, total: work.progress(done, total, "Building a database from the migrations"),
        rebuild=bool(work.parameters.get("rebuild")),
    )
    work.progress(note="Comparing")
    findings = compare(expected, read_own_catalog())
    differences = [each for each in findings if each.state != OK]
    return Result(
        summary_of(findings, differences),
        {
            "differs": len(differences),
            "counts": counts_of(findings),
            "differences": [each.values() for each in differences[:DIFFERENCES_KEPT]],
        },
    )


def summary_of(findings: Sequence[Finding], differences: Sequence[Finding]) -> str:
    if not differences:
        return f"All {len(findings):,} objects are as the migrations make them."
    numbers = [(sum(each.state == state for each in differences), state) for state in STATES]
    said = ", ".join(f"{number:,} {state}" for number, state in numbers if number)
    return f"{len(differences):,} of {len(findings):,} objects differ: {said}."
