"""System checks over operations, schedules and partitioned tables that apps declare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string

from ops.partitions import FUTURE_WANTED
from ops.registry import (
    AlertRule,
    Operation,
    PartitionedTable,
    PersonSection,
    Schedule,
    declared,
)


# --- In the code ---------------------------------------------------------------------------------
@register()
def declarations_fit_together(**_: Any) -> list[CheckMessage]:
    """That names are unique, `register` sees to itself."""
    return [*functions_exist(), *operations_are_declared(), *models_exist()]


def functions_exist() -> Iterator[CheckMessage]:
    paths = [(each.name, each.work) for each in declared(Operation).values()]
    paths += [(each.name, each.measure) for each in declared(AlertRule).values()]
    paths += [
        (each.name, each.before_archive)
        for each in declared(PartitionedTable).values()
        if each.before_archive
    ]
    paths += [
        (each.name, path)
        for each in declared(PartitionedTable).values()
        if each.flat
        for path in (each.flat.judge, each.flat.prepare)
    ]
    for section in declared(PersonSection).values():
        paths += [(section.name, section.view), (section.name, section.export)]
    for name, path in paths:
        try:
            import_string(path)
        except ImportError:
            yield Error(
                f"{name} names a function {path}, which does not exist.",
                hint="Write its dotted path: app.module.function.",
                id="ops.E005",
            )


def operations_are_declared() -> Iterator[CheckMessage]:
    operations = declared(Operation)
    for schedule in declared(Schedule).values():
        operation = operations.get(schedule.operation)
        if operation is None:
            yield Error(
                f"The schedule {schedule.name} starts {schedule.operation}, which no app declares.",
                hint="Register the Operation, or drop the Schedule.",
                id="ops.E006",
            )
            continue
        known = {parameter.name for parameter in operation.parameters}
        if unknown := sorted(set(schedule.parameters) - known):
            yield Error(
                f"The schedule {schedule.name} gives {operation.name} {', '.join(unknown)},"
                " which it does not take.",
                hint="Declare it as a Parameter of the Operation.",
                id="ops.E007",
            )


def models_exist() -> Iterator[CheckMessage]:
    """And their tables are the declared ones."""
    for declaration in declared(PartitionedTable).values():
        try:
            table = apps.get_model(declaration.model)._meta.db_table
        except (LookupError, ValueError):
            table = ""
        if table.strip('"') != declaration.name:
            yield Error(
                f"{declaration.name} declares the model {declaration.model},"
                f" {f'which is of the table {table}' if table else 'which does not exist'}.",
                hint='Name the model over it: "app_label.ModelName".',
                id="ops.E008",
            )


# --- In the database -----------------------------------------------------------------------------
PARTITIONED = """
    SELECT wanted.name
    FROM unnest(%s::text[]) AS wanted (name)
    WHERE NOT EXISTS (
        SELECT FROM pg_catalog.pg_partitioned_table AS p
        WHERE p.partrelid = pg_catalog.to_regclass(pg_catalog.quote_ident(wanted.name))
            AND p.partstrat = 'r' AND p.partdefid = 0
    )
    ORDER BY wanted.name
"""
FUTURE = """
    SELECT wanted.name, count(c.oid)
    FROM unnest(%s::text[]) AS wanted (name)
    LEFT JOIN pg_catalog.pg_inherits AS part
        ON part.inhparent = pg_catalog.to_regclass(pg_catalog.quote_ident(wanted.name))
        AND NOT part.inhdetachpending
    LEFT JOIN pg_catalog.pg_class AS c
        ON c.oid = part.inhrelid
        -- FOR VALUES FROM ('…') TO ('…')
        AND pg_catalog.split_part(pg_catalog.pg_get_expr(c.relpartbound, c.oid), '''', 2)
            > public.uuid_floor(now())::text
    GROUP BY wanted.name
    HAVING count(c.oid) < %s
    ORDER BY wanted.name
"""


@register(Tags.database)
def database_holds_what_is_declared(
    *, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Silent before and between migrations, which may be what makes it so."""
    if "default" not in (databases or ()):
        return []
    connection = connections["default"]
    if has_migrations_to_do(connection):
        return []
    return [*tables_are_partitioned(connection), *partitions_are_ahead(connection)]


def has_migrations_to_do(connection: BaseDatabaseWrapper) -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def rows(connection: BaseDatabaseWrapper, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def tables_are_partitioned(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    for (name,) in rows(connection, PARTITIONED, list(declared(PartitionedTable))):
        yield Error(
            f"{name} is no table partitioned by range, or it has a default partition.",
            hint="A default partition forbids DETACH CONCURRENTLY: move its rows and drop it.",
            id="ops.E009",
        )


def partitions_are_ahead(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    tables = list(declared(PartitionedTable))
    for name, count in rows(connection, FUTURE, tables, FUTURE_WANTED):
        yield Warning(
            f"{name} has {count} future partition{'' if count == 1 else 's'};"
            f" {FUTURE_WANTED} or more keep it going.",
            hint="Run maintain_partitions, and see why the schedule did not.",
            id="ops.W002",
        )
