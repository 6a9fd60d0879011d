"""The action log: one row for each thing that staff or the system did, in its transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
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
    token = _actor.set(Actor(user, address or None))
    try:
        yield
    finally:
        _actor.reset(token)


def record(
    *,
    action: str,
    entity: Model | None = None,
    entity_type: str = "",
    entity_id: object = "",
    details: Mapping[str, Any] | None = None,
    actor: Person = None,
) -> None:
    """Write one row. Call it inside of the transaction that does the thing.

    `action` is a verb, "publish"; the thing is `entity`, or a type and an id. Without `actor`, it
    is who `acting` says, and the system where nobody does.
    """
    context = _actor.get(SYSTEM)
    user = actor if actor is not None else context.user
    AuditEntry.objects.create(
        actor_id=user.pk if user else None,
        actor_name=user.get_username() if user else "",
        action=action,
        entity_type=str(entity._meta.model_name) if entity else entity_type,
        entity_id=str(entity.pk if entity else entity_id),
        details=dict(details or {}),
        address=context.address,
    )
