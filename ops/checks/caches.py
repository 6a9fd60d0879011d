"""System checks over the caches that apps declare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register

from ops.registry import Cache, declared

# Written all the time by many at once.
NEVER_TOLD = {"answers", "user_interactions"}


def telling_tables() -> set[str]:
    """The tables whose model has the trigger `ops.triggers.tell_caches`."""
    return {
        model._meta.db_table
        for model in apps.get_models()
        if any(each.name == "tell_caches" for each in getattr(model._meta, "triggers", ()))
    }


@register()
def tags_are_told(**_: Any) -> list[CheckMessage]:
    return [*each_tag_is_told(), *commits_do_not_wait()]


def each_tag_is_told() -> Iterator[CheckMessage]:
    tables = telling_tables()
    for cache in declared(Cache).values():
        for tag in cache.tags:
            if tag not in tables:
                yield Error(
                    f"The cache {cache.name} has the tag {tag}, of which the database tells"
                    " nothing.",
                    hint="Add ops.triggers.tell_caches to the triggers of that table's model.",
                    id="ops.E010",
                )


def commits_do_not_wait() -> Iterator[CheckMessage]:
    for table in sorted(NEVER_TOLD & telling_tables()):
        yield Error(
            f"{table} tells caches of its writes: commits that notify wait for each other.",
            hint="Take ops.triggers.tell_caches out; let the cache live by its lifetime.",
            id="ops.E011",
        )
