"""Reading from a streaming replica, and from the primary whenever that would show.

What is decorated with `reading_from_replica` or `page_from_replica` reads there while a safe
request is answered, outside of transactions; everything else, and every write, stays on the
primary. The replica is left alone while its lag is over the limit, while it has not replayed what
this person changed, and for some seconds after it did not answer. What fails there is read again
here. Live statistics of the server stay with the primary too: a replica has its own.
"""

from __future__ import annotations

from ops.replicas.counting import WORDS, Outcome, counts
from ops.replicas.reading import (
    connection_for_reading,
    page_from_replica,
    reading_from_replica,
)
from ops.replicas.seen import UNKNOWN_POSITION, reading_for, written_up_to
from ops.replicas.snapshots import snapshot_of
from ops.replicas.standing import REPLICA, Standing, is_configured, standing_now
from ops.replicas.switch import is_reading_from_replica, primary_in_place

__all__ = [
    "REPLICA",
    "UNKNOWN_POSITION",
    "WORDS",
    "Outcome",
    "Standing",
    "connection_for_reading",
    "counts",
    "is_configured",
    "is_reading_from_replica",
    "page_from_replica",
    "primary_in_place",
    "reading_for",
    "reading_from_replica",
    "snapshot_of",
    "standing_now",
    "written_up_to",
]
