"""Passes on what the database tells: a table that was written is a tag with a new version.

Safety: caches with tags are used only while a listener says so again and again (`store.LISTENER`).
It says so while its connection answers and nothing is missed. What it may have missed, because it
just came or because Redis was away, makes everything void first.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from uuid import uuid4

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from ops.caching import store
from ops.caching.store import Away
from ops.runner import connect_directly
from ops.stopping import Stop

log = structlog.get_logger(__name__)

# As the trigger `ops.triggers.tell_caches` has it.
CHANNEL = "steward_cache"
# Before the name of who waits for it.
ECHO = "echo "
# How often the listener says that it is there, and how long that counts.
BEAT_SECONDS, ATTENDED_SECONDS = 2.0, 6
ECHO_SECONDS = 0.2


class Listener:
    """`run` returns when `stop` is set, at the next beat."""

    def __init__(self) -> None:
        self.stop = Stop()
        self.has_missed = True

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self.listen()
            except (DatabaseError, InterfaceError) as error:
                log.warning("the database is away", error=str(error).strip())
                self.stop.wait(1)
            finally:
                connection.close()
                with suppress(Away):
                    store.leave()

    def listen(self) -> None:
        """Raises DatabaseError when the connection is lost."""
        connect_directly()
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('application_name', 'steward listener', false)")
            cursor.execute(f"LISTEN {CHANNEL}")
        self.has_missed = True
        heard: list[str] = []
        while not self.stop.is_set():
            self.pass_on(heard)
            heard = self.hear()

    def hear(self) -> list[str]:
        """What came within a beat; at once when something came. Raises DatabaseError when the
        connection is lost, or not ours alone."""
        with connection.cursor() as cursor:
            # Else a connection that is lost would look like silence, and one of a pooler, too.
            cursor.execute("SELECT pg_catalog.pg_listening_channels()")
            if (CHANNEL,) not in cursor.fetchall():
                raise OperationalError("it forgot the LISTEN: set DATABASE_DIRECT_URL")
        with connection.wrap_database_errors:
            notes = connection.connection.notifies(timeout=BEAT_SECONDS, stop_after=1)
            return [note.payload for note in notes]

    def pass_on(self, heard: Iterable[str]) -> None:
        echoes = [each for each in heard if each.startswith(ECHO)]
        tags = {each for each in heard if not each.startswith(ECHO)}
        try:
            if self.has_missed:
                store.bump([store.EVERYTHING])
                log.info("listening; all caches are void")
            elif tags:
                store.bump(sorted(tags))
            self.has_missed = False
            store.attend(seconds=ATTENDED_SECONDS, echoes=echoes)
        except Away:
            self.has_missed = True


def settle() -> None:
    """Returns when what was committed before has made its caches void: what a person sees next has
    their own changes in it. Takes 1 to 2 ms, and never more than a few tenths of a second."""
    if connection.in_atomic_block:
        return
    with suppress(Away):
        if store.is_attended() and not is_heard():
            store.bump([store.EVERYTHING])


def is_heard() -> bool:
    """Whether a listener heard us; notes come in the order of their commits."""
    echo = f"{ECHO}{uuid4().hex}"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_catalog.pg_notify(%s, %s)", [CHANNEL, echo])
    except (DatabaseError, InterfaceError):
        return False
    return store.wait_for(echo, seconds=ECHO_SECONDS)
