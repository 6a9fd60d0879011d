"""System checks over declared materialized views."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from ops.registry import MaterializedView, Schedule, declared

REFRESH = "refresh"


@register()
def views_are_declared_soundly(**_: Any) -> list[CheckMessage]:
    views = declared(MaterializedView)
    problems = [problem for view in views.values() for problem in problems_of(view)]
    try:
        TopologicalSorter({view.name: view.depends_on for view in views.values()}).prepare()
    except CycleError as error:
        cycle = " → ".join(error.args[1])
        problems.append(Error(f"Materialized views depend on each other: {cycle}.", id="ops.E003"))
    targets = {each.target for each in declared(Schedule).values() if each.operation == REFRESH}
    problems += [
        Error(f"A schedule refreshes {name!r}, which nobody declares.", id="ops.E004")
        for name in sorted(targets - set(views))
    ]
    return problems


def problems_of(view: MaterializedView) -> Iterator[CheckMessage]:
    try:
        model = apps.get_model(view.model)
    except (LookupError, ValueError):
        yield Error(f"{view.name}: there is no model {view.model}.", id="ops.E001")
    else:
        if model._meta.db_table != view.name or model._meta.managed:
            yield Error(
                f"{view.name}: {view.model} is not its model.",
                hint=f'Set managed = False and db_table = "{view.name}".',
                id="ops.E001",
            )
    for name in view.depends_on:
        if name not in declared(MaterializedView):
            yield Error(f"{view.name} depends on {name}, which nobody declares.", id="ops.E002")


@register(Tags.database)
def views_can_be_refreshed_concurrently(
    databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Silent on a database that has not been migrated so far."""
    names = list(declared(MaterializedView))
    found: list[tuple[str, str]] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT to_regprocedure('public.view_obstacle(text)') IS NOT NULL")
            if cursor.fetchone()[0]:
                cursor.execute(
                    "SELECT name, public.view_obstacle(name) FROM unnest(%s::text[]) AS name",
                    [names],
                )
                found += cursor.fetchall()
    return [
        Warning(f"{name} cannot be refreshed concurrently: {obstacle}.", id="ops.W001")
        for name, obstacle in found
        if obstacle
    ]
