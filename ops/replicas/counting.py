"""How many reads went where, of all processes, since Redis was last emptied."""

from __future__ import annotations

from enum import StrEnum

import django_rq
from redis.exceptions import RedisError

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
    try:
        django_rq.get_connection("normal").hincrby(KEY, outcome, 1)
    except RedisError:
        # A figure less; whoever reads goes on.
        return


def counts() -> dict[Outcome, int]:
    """Of those that happened. May raise RedisError."""
    found = django_rq.get_connection("normal").hgetall(KEY)
    return {
        outcome: int(found[outcome.encode()]) for outcome in Outcome if outcome.encode() in found
    }
