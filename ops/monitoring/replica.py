"""The replica that is read: where it is, how it stands, and how many reads went there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.db import connections
from redis.exceptions import RedisError

from ops import replicas


@dataclass(frozen=True)
class ReadReplica:
    """`lag` is in seconds, None when nobody knows. `reads` is empty without Redis."""

    address: str
    lag: float | None
    limit: float
    trouble: str
    state: Literal["is read", "is too far behind", "is left alone"]
    reads: Sequence[tuple[str, int]]


def read_replica() -> ReadReplica | None:
    """None without DATABASE_REPLICA_URL."""
    if not replicas.is_configured():
        return None
    place = connections.settings[replicas.REPLICA]
    port = f":{place['PORT']}" if place["PORT"] else ""
    now = replicas.standing_now()
    return ReadReplica(
        address=f"{place['HOST']}{port}",
        lag=now.lag,
        limit=settings.DATABASE_REPLICA_MAX_LAG,
        trouble=now.trouble,
        state="is read" if now.is_near else "is too far behind" if now.answers else "is left alone",
        reads=reads(),
    )


def reads() -> list[tuple[str, int]]:
    try:
        return [(replicas.WORDS[outcome], n) for outcome, n in replicas.counts().items()]
    except RedisError:
        return []
