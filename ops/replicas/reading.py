"""Functions that read from the replica, or from the primary where that would show."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import cast

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import Http404, HttpRequest
from django.template.response import SimpleTemplateResponse

from ops.replicas.counting import Outcome, count
from ops.replicas.seen import NOBODY, reader
from ops.replicas.standing import (
    REPLICA,
    is_configured,
    known,
    primary_position,
    standing,
    standing_now,
)
from ops.replicas.switch import is_settled, replica_in_place

log = structlog.get_logger(__name__)

CONFLICT = "conflict with recovery"
READ_ONLY = "25006"
PAUSE_SECONDS = 0.05


def reading_from_replica[**P, T](function: Callable[P, T]) -> Callable[P, T]:
    """For a function that only reads, and returns what it read rather than a promise of it."""

    @wraps(function)
    def read(*args: P.args, **kwargs: P.kwargs) -> T:
        if not is_configured() or is_settled() or reader.get() is NOBODY:
            return function(*args, **kwargs)
        outcome = why_not()
        if outcome is Outcome.REPLICA:
            try:
                with replica_in_place():
                    found = whole(function(*args, **kwargs))
                count(outcome)
                return found
            except (Error, Http404, ObjectDoesNotExist) as error:
                outcome = after_failure(error)
        count(outcome)
        return function(*args, **kwargs)

    return read


def page_from_replica[**P, T](view: Callable[P, T]) -> Callable[P, T]:
    """For a view of the admin: who asks, and what they may, the primary says."""
    read = reading_from_replica(view)

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> T:
        if is_configured():
            for request in args:
                if isinstance(request, HttpRequest) and not request.user.is_superuser:
                    request.user.get_all_permissions()
        return read(*args, **kwargs)

    return answer


def whole[T](found: T) -> T:
    """With its template rendered: Django would do so later, elsewhere."""
    if isinstance(found, SimpleTemplateResponse) and not found.is_rendered:
        return cast("T", found.render())
    return found


# --- Which one -----------------------------------------------------------------------------------
def why_not() -> Outcome:
    """REPLICA, or why the primary is read."""
    who = reader.get()
    if not who.may or connections[DEFAULT_DB_ALIAS].in_atomic_block:
        return Outcome.WRITING
    now = standing(reaching=who.after)
    if not now.answers:
        return Outcome.GONE
    if not now.is_near:
        return Outcome.BEHIND
    return Outcome.REPLICA if now.position >= who.after else Outcome.OWN_CHANGE


def after_failure(error: Exception) -> Outcome:
    """What an error there means. The primary is read next: what is wrong here too, is raised."""
    if not isinstance(error, Error):
        return Outcome.NOT_THERE
    state = getattr(error.__cause__, "sqlstate", None)
    connections[REPLICA].close()
    log.warning("read failed on the replica", state=state, error=str(error).strip())
    if CONFLICT in str(error):
        return Outcome.CANCELLED
    if state is None or state.startswith(("08", "57P")):
        known.leave_alone(str(error).strip())
        return Outcome.GONE
    return Outcome.WRITING if state == READ_ONLY else Outcome.FAILED


def connection_for_reading(*, seconds: float = 5.0) -> BaseDatabaseWrapper:
    """For long reading by a job: the replica's connection if it has everything that is committed by
    now within `seconds`, else the primary's. What the replica cancels then is for the caller to
    begin again."""
    primary = connections[DEFAULT_DB_ALIAS]
    if not is_configured() or primary.in_atomic_block:
        return primary
    wanted, deadline = primary_position(), time.monotonic() + seconds
    found = standing(reaching=wanted)
    while found.answers and found.position < wanted and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)
        found = standing_now()
    reached = found.answers and found.position >= wanted
    count(Outcome.REPLICA if reached else Outcome.BEHIND if found.answers else Outcome.GONE)
    return connections[REPLICA] if reached else primary
