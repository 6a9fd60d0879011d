"""The action log: one row for each thing that staff or the system did, in its transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from ipaddress import ip_address
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.db.models import Model

from ops.models import AuditEntry

type Person = AbstractBaseUser | AnonymousUser | None


@dataclass(frozen=True)
class Actor:
    user: Person = None
    address: str | None = None


SYSTEM = Actor()
_actor: ContextVar[Actor] = ContextVar("actor")


@contextmanager
def acting(user: Person, address: str | None = None) -> Iterator[None]:
    """What is recorded in here was done by `user` from `address`; middleware and workers set it."""
    token = _actor.set(Actor(user, address if is_address(address) else None))
    try:
        yield
    finally:
        _actor.reset(token)


def acting_user() -> Person:
    return _actor.get(SYSTEM).user


def acting_address() -> str | None:
    return _actor.get(SYSTEM).address


def is_address(text: str | None) -> bool:
    """Proxies may send anything."""
    try:
        return bool(text and ip_address(text))
    except ValueError:
        return False


def record(
    *,
    action: str,
    entity: Model | None = None,
    entity_type: str = "",
    entity_id: object = "",
    details: Mapping[str, Any] | None = None,
    actor: Person = None,
) -> None:
    """Write one row. Call it inside of the transaction that does the thing."""
    entry_of(
        action=action,
        entity=entity,
        entity_type=entity_type,
        entity_id=entity_id,
        details=details,
        actor=actor,
    ).save(force_insert=True)


def record_each(*, actions: Iterable[Mapping[str, Any]], actor: Person = None) -> None:
    """As `record` for each, in few statements."""
    AuditEntry.objects.bulk_create([entry_of(**each, actor=actor) for each in actions])


def entry_of(
    *,
    action: str,
    entity: Model | None = None,
    entity_type: str = "",
    entity_id: object = "",
    details: Mapping[str, Any] | None = None,
    actor: Person = None,
) -> AuditEntry:
    """`action` is a verb, "publish"; the thing is `entity`, or a type and an id. Without `actor`,
    it is who `acting` says, and the system where nobody does.
    """
    context = _actor.get(SYSTEM)
    user = actor if actor is not None else context.user
    return AuditEntry(
        actor_id=user.pk if user else None,
        actor_name=user.get_username() if user else "",
        action=action,
        entity_type=str(entity._meta.model_name) if entity else entity_type,
        entity_id=str(entity.pk if entity else entity_id),
        details=dict(details or {}),
        address=context.address,
    )


def recorded[**P, R](thing: str, action: str = "") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """For keyword-only writes: when one succeeds, a row at the object that its argument `thing` is.

    The row is named after the function, or `action`. Its details are the object's name, the other
    texts that the function was given (a note, a reason), and its answer.
    """

    def decorate(write: Callable[P, R]) -> Callable[P, R]:
        @wraps(write)
        def written(*args: P.args, **kwargs: P.kwargs) -> R:
            given: dict[str, Any] = kwargs
            with transaction.atomic():
                answer = write(*args, **kwargs)
                texts = {name: value for name, value in given.items() if isinstance(value, str)}
                record(
                    action=action or write.__name__,
                    entity=given[thing],
                    details={"label": str(given[thing]), **texts, "outcome": answer},
                )
            return answer

        return written

    return decorate
