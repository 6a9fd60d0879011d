"""How many reads went where, of all processes, since Redis was last emptied."""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum
from typing import Any

from ops.caching import store

KEY = "steward:replica:reads"


class Outcome(StrEnum):
    REPLICA = "replica"
    OWN_CHANGE = "own change"
    BEHIND = "behind"
    GONE = "gone"
    CANCELLED = "cancelled"
    NOT_THERE = "not there"
    WRITING = "writing"
    FAILED = "failed"


WORDS = {
    Outcome.REPLICA: "Read from the replica",
    Outcome.OWN_CHANGE: "From the primary: the replica had not replayed the reader's own change",
    Outcome.BEHIND: "From the primary: the replica was too far behind",
    Outcome.GONE: "From the primary: the replica did not answer",
    Outcome.CANCELLED: "From the primary: the replica cancelled the query to go on replaying",
    Outcome.NOT_THERE: "From the primary: what was asked for was not on the replica",
    Outcome.WRITING: "From the primary: something was being written",
    Outcome.FAILED: "From the primary: the query failed on the replica",
}


def count(outcome: Outcome) -> None:
    """Without Redis there is a figure less; whoever reads goes on."""
    with suppress(store.Away):
        store.breaker.call(lambda: store.client().hincrby(KEY, outcome, 1))


def counts() -> dict[Outcome, int]:
    """Of those that happened; none without Redis."""
    found: dict[Any, Any] = {}
    with suppress(store.Away):
        found = store.breaker.call(lambda: store.client().hgetall(KEY))
    return {
        outcome: int(found[outcome.encode()]) for outcome in Outcome if outcome.encode() in found
    }
