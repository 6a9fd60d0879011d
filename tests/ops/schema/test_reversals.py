"""Every migration down and up again is the same schema."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from ops.apps import quicken_triggers
from ops.schema.reading import SchemaObject, read_own_catalog

OURS = tuple(
    config.label
    for config in apps.get_app_configs()
    if config.path.startswith(str(settings.BASE_DIR / config.label))
)

type Schema = dict[tuple[str, str], int]


def schema() -> Schema:
    """(Kind, name) → a digest of its definition. How many partitions stand follows the clock, and a
    constraint that was validated stays so on the way down: `unvalidated` tells of these.
    """
    return {
        (each.kind, each.name): hash(each.definition.removesuffix(" NOT VALID"))
        for each in read_own_catalog()
        if each.kind != "partition" and not is_left(each)
    }


def unvalidated() -> list[str]:
    return [each.name for each in read_own_catalog() if each.definition.endswith(" NOT VALID")]


def is_left(found: SchemaObject) -> bool:
    """Functions of triggers stay on the way down; the next way up replaces them."""
    return found.kind in ("function", "grant") and "pgtrigger_" in found.name


def difference(before: Schema, after: Schema) -> list[tuple[str, str, str]]:
    """For a person: what came back otherwise, what did not come, what is too much."""
    return [
        (
            *key,
            "missing" if key not in after else "unknown" if key not in before else "drifted",
        )
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]


def our_tables() -> set[str]:
    models = apps.get_models(include_auto_created=True)
    return {
        model._meta.db_table
        for model in models
        if model._meta.app_label in OURS and model._meta.managed and not model._meta.proxy
    }


@pytest.fixture
def no_garbage() -> Iterator[None]:
    """The models between the migrations are a third faster to make so."""
    gc.disable()
    yield
    gc.enable()


def follow(then: Callable[[str], None]) -> MigrationExecutor:
    """Goes many steps at once, as the states between are made once; `then` is called at each,
    after what the command does at its end.
    """

    def progress(action: str, migration: Any = None, fake: bool = False) -> None:
        if action in ("apply_success", "unapply_success"):
            quicken_triggers(using="default")
            then(str(migration))

    return MigrationExecutor(connection, progress)


@pytest.mark.django_db
@pytest.mark.usefixtures("no_garbage")
def test_each_step_down_and_up_again_is_the_same() -> None:
    """All the way to nothing of ours and back, compared at each migration. On the way down, the
    schema before a migration is undone is what doing it again has to make.
    """
    made: dict[str, Schema] = {}
    latest = schema()

    def remember(migration: str) -> None:
        nonlocal latest
        made[migration], latest = latest, schema()

    executor = follow(remember)
    newest = executor.loader.graph.leaf_nodes()
    ours = {step for step, _ in executor.migration_plan([(label, None) for label in OURS])}
    # The way up goes in this order.
    everything = executor.migration_plan(newest, clean_start=True)
    plan = [(step, True) for step, _ in everything[::-1] if step in ours]
    executor.migrate([], plan=plan)

    assert len(made) == len(plan) > 100
    assert [table for table in our_tables() if ("table", f"public.{table}") in latest] == []
    wrong: dict[str, list[tuple[str, str, str]]] = {}

    def compare(migration: str) -> None:
        if not wrong and (found := difference(made.pop(migration), schema())):
            wrong[migration] = found

    follow(compare).migrate(newest)
    assert wrong == {}
    assert made == {}
    assert unvalidated() == []
