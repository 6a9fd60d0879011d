"""The replica that is read: where it is, how it stands, and how many reads went there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.db import connections

from ops import replicas

type State = Literal["is read", "is too far behind", "does not answer"]


@dataclass(frozen=True)
class ReadReplica:
    """`lag` is in seconds, None when nobody knows. `reads` is empty without Redis."""

    address: str
    lag: float | None
    limit: float
    trouble: str
    state: State
    reads: Sequence[tuple[str, int]]

    @property
    def is_read(self) -> bool:
        return self.state == "is read"


def state_of(standing: replicas.Standing) -> State:
    if not standing.answers:
        return "does not answer"
    return "is read" if standing.is_near else "is too far behind"


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
        trouble=now.trouble.partition("\n")[0],
        state=state_of(now),
        reads=[(replicas.WORDS[outcome], n) for outcome, n in replicas.counts().items()],
    )
