"""How the replica stands: what it has replayed, and how old that is."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections

log = structlog.get_logger(__name__)

REPLICA = "replica"
# An answer is good for so long, and a replica that did not answer is left alone for so long.
FRESH_SECONDS = 1.0
LEFT_ALONE_SECONDS = 5.0

# 0 only while WAL comes in and all of it is replayed: a receiver that died says no more.
STANDING = """
    SELECT
        pg_is_in_recovery(),
        COALESCE(r.status = 'streaming', false),
        (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint,
        CASE
            WHEN r.status = 'streaming' AND pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()
                THEN 0
            ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())
        END::double precision
    FROM (VALUES (1)) AS one LEFT JOIN pg_stat_wal_receiver AS r ON true
"""


@dataclass(frozen=True)
class Standing:
    """At the moment `asked_at` (monotonic seconds). Positions are bytes of WAL.

    `lag` is in seconds, None when nobody knows; `trouble` is empty while WAL streams in.
    """

    asked_at: float
    position: int = 0
    lag: float | None = None
    trouble: str = ""

    @property
    def answers(self) -> bool:
        return self.lag is not None

    @property
    def is_near(self) -> bool:
        return self.lag is not None and self.lag <= settings.DATABASE_REPLICA_MAX_LAG

    def is_fresh(self) -> bool:
        age = time.monotonic() - self.asked_at
        return age < (FRESH_SECONDS if self.answers else LEFT_ALONE_SECONDS)


class Known:
    """What this process knows; its threads share it."""

    def __init__(self) -> None:
        self.standing = Standing(asked_at=float("-inf"))
        self.asking = threading.Lock()

    def forget(self) -> None:
        self.standing = Standing(asked_at=float("-inf"))

    def leave_alone(self, trouble: str) -> None:
        self.standing = Standing(asked_at=time.monotonic(), trouble=trouble)
        log.warning("replica is left alone", trouble=trouble)


known = Known()


def is_configured() -> bool:
    return REPLICA in connections.settings


def standing(*, reaching: int = 0) -> Standing:
    """Not older than FRESH_SECONDS, nor than a look that finds whether it reached a position.

    Who finds another thread asking takes what was known before: nobody waits for a replica.
    """
    found = known.standing
    is_enough = found.is_fresh() and (not found.answers or found.position >= reaching)
    if is_enough or not known.asking.acquire(blocking=False):
        return found
    try:
        return standing_now()
    finally:
        known.asking.release()


def standing_now() -> Standing:
    """Asks the replica, and tells this process."""
    try:
        with connections[REPLICA].cursor() as cursor:
            cursor.execute(STANDING)
            known.standing = standing_of(*cursor.fetchone())
    except Error as error:
        connections[REPLICA].close()
        known.leave_alone(str(error).strip() or type(error).__name__)
    return known.standing


def standing_of(
    is_replica: bool, streams: bool, position: int | None, lag: float | None
) -> Standing:
    now = time.monotonic()
    if not is_replica:
        return Standing(now, trouble="DATABASE_REPLICA_URL leads to a server that is no replica")
    trouble = "" if streams else "no WAL comes in from the primary"
    if lag is None:
        trouble = trouble or "it has replayed nothing since it started"
    return Standing(now, position or 0, lag, trouble)


def primary_position() -> int:
    """Everything that is committed by now lies before it."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint")
        row: tuple[Any, ...] = cursor.fetchone()
    return int(row[0])
