"""The catalog against what is expected: OK, missing, drifted, unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import unified_diff

from ops.schema.reading import SchemaObject

STATES = OK, MISSING, DRIFTED, UNKNOWN = "OK", "missing", "drifted", "unknown"
type Key = tuple[str, str]

# What has parts; they go with it.
WHOLES = ("table", "view", "materialized view", "sequence", "function")
# More than a person reads.
LONGEST_DIFFERENCE = 4_000


@dataclass(frozen=True)
class Finding:
    """`state` is one of STATES. `difference` is the definition of what lacks or is too much, or
    lines that begin with - (expected) and + (found)."""

    kind: str
    name: str
    state: str
    difference: str
    part_of: str | None = None

    def values(self) -> dict[str, str]:
        return {
            "kind": self.kind,
            "name": self.name,
            "state": self.state,
            "difference": self.difference[:LONGEST_DIFFERENCE],
        }


def by_name(found: SchemaObject) -> Key:
    return found.kind, found.name


def by_pattern(found: SchemaObject) -> Key:
    """One expectation is for all partitions of a table."""
    return found.kind, (found.part_of or "") if found.kind == "partition" else found.name


def compare(
    expected: Iterable[SchemaObject],
    found: Iterable[SchemaObject],
    key: Callable[[SchemaObject], Key] = by_pattern,
) -> list[Finding]:
    """Migrations first, then by kind and name. Parts of what is missing or unknown are left out."""
    wanted = {by_name(each): each for each in expected}
    standing = [(key(each), each) for each in found]
    present = {place for place, _ in standing}
    findings = [judged(each, wanted.get(place)) for place, each in standing]
    findings += [
        finding(each, MISSING, each.definition)
        for place, each in wanted.items()
        if place not in present
    ]
    adrift = {
        each.name for each in findings if each.kind in WHOLES and each.state in (MISSING, UNKNOWN)
    }
    return sorted(
        (each for each in findings if each.part_of not in adrift),
        key=lambda each: (each.kind != "migration", each.kind, each.name),
    )


def judged(found: SchemaObject, expected: SchemaObject | None) -> Finding:
    if expected is None:
        return finding(found, UNKNOWN, found.definition)
    if expected.definition == found.definition:
        return finding(found, OK, "")
    return finding(found, DRIFTED, difference_of(expected.definition, found.definition))


def finding(of: SchemaObject, state: str, difference: str) -> Finding:
    return Finding(of.kind, of.name, state, difference, of.part_of)


def difference_of(expected: str, found: str) -> str:
    lines = unified_diff(expected.splitlines(), found.splitlines(), lineterm="", n=2)
    # Without the names of files, which there are none of.
    return "\n".join(line for line in list(lines)[2:] if not line.startswith("@@"))


def counts_of(findings: Iterable[Finding]) -> dict[str, dict[str, int]]:
    """Kind → state → number; each kind has all states."""
    counted = Counter((each.kind, each.state) for each in findings)
    kinds = sorted({kind for kind, _ in counted})
    return {kind: {state: counted[kind, state] for state in STATES} for kind in kinds}
