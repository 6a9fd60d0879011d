"""What people make void by hand."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from ops import audit
from ops.caching import store
from ops.caching.store import Away
from ops.registry import Cache, declared
from ops.work import Refused


def invalidate_cache(*, name: str, user: Any) -> None:
    """All answers of one. Raises Refused."""
    if name not in declared(Cache):
        raise Refused(f"No app declares a cache named {name}.")
    invalidate(store.cache_tag(name), "cache", name, user)


def invalidate_tag(*, tag: str, user: Any) -> None:
    """All answers of the caches that have it. Raises Refused."""
    if not any(tag in cache.tags for cache in declared(Cache).values()):
        raise Refused(f"No cache has the tag {tag}.")
    invalidate(tag, "cachetag", tag, user)


def invalidate_all(*, user: Any) -> None:
    """Raises Refused."""
    invalidate(store.EVERYTHING, "cache", "all", user)


@transaction.atomic
def invalidate(version: str, entity_type: str, entity_id: str, user: Any) -> None:
    audit.record(action="invalidate", entity_type=entity_type, entity_id=entity_id, actor=user)
    try:
        store.bump([version])
    except Away:
        raise Refused(
            "Redis does not answer, so nothing was made void; until it does, sources are asked."
        ) from None
