"""Materialized views: their refresh, and how they are.

Nothing here falls back to the blocking form: it is done only when a person asks for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from graphlib import TopologicalSorter
from statistics import mean
from typing import Any

from django.apps import apps
from django.apps.registry import Apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, transaction
from django.db.models import F, FloatField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Extract

from ops.models import Run, ScheduleState, ViewState, ViewStatus
from ops.models.run import Status
from ops.registry import MaterializedView, RollUp, Schedule, declared
from ops.runs import enqueue
from ops.schedules import next_moment
from ops.work import NotYet, Refused, Result, Work

REFRESH = "refresh"
# The chart shows so many refreshes; the trend compares the last few with the others.
CHARTED, RECENT = 24, 5


def view_named(name: str) -> MaterializedView:
    """Raises Refused for one that no app declares."""
    try:
        return declared(MaterializedView)[name]
    except KeyError:
        raise Refused(f"No app declares a materialized view named {name}.") from None


def synchronise_declarations(*, apps: Apps = apps, **_: Any) -> None:
    """After each migrate: the database knows what the code declares."""
    try:
        apps.get_model("ops", "ViewState")
    except LookupError:  # migrated back to before the table
        return
    views = declared(MaterializedView)
    ViewState.objects.exclude(name__in=views).delete()
    ViewState.objects.bulk_create(
        [
            ViewState(
                name=view.name,
                reads=list(view.reads),
                depends_on=list(view.depends_on),
                stale_after=view.stale_after,
                refresh_function=view.refresh if isinstance(view, RollUp) else "",
                kept_in=list(view.kept_in) if isinstance(view, RollUp) else [],
            )
            for view in views.values()
        ],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["reads", "depends_on", "stale_after", "refresh_function", "kept_in"],
    )


# --- Refresh -------------------------------------------------------------------------------------
def in_dependency_order(names: Iterable[str]) -> list[str]:
    """Each after those it depends on, be it through others. Raises Refused for unknown ones."""
    wanted = {view_named(name).name for name in names}
    graph = {view.name: view.depends_on for view in declared(MaterializedView).values()}
    return [name for name in TopologicalSorter(graph).static_order() if name in wanted]


@transaction.atomic
def start_refreshes(
    *, names: Collection[str], user: Any, blocking: bool = False
) -> list[tuple[Run, bool]]:
    """Runs in dependency order, each with whether it is new. Raises Refused for unknown views."""
    parameters = {"blocking": True} if blocking else {}
    return [
        enqueue(operation=REFRESH, target=name, parameters=parameters, user=user)
        for name in in_dependency_order(names)
    ]


def refresh(work: Work) -> Result:
    """The work of the operation `refresh`; its target is the view."""
    view = view_named(work.target)
    blocking = bool(work.parameters.get("blocking"))
    status = ViewStatus.objects.get(pk=view.name)
    if status.obstacle and not blocking:
        raise Refused(
            f"{view.name} cannot be refreshed concurrently: {status.obstacle}."
            " Ask for the blocking form by the view's name."
        )
    wait_for_dependencies(view)
    work.progress(0, 1, f"Refreshing {view.name}")
    started = Run.objects.get(pk=work.run_id)
    by = started.requested_by_name or ("schedule" if started.schedule else "")
    if view.only_writes_change_it and started.schedule and (as_of := kept_as_of(view.name)):
        work.progress(1, 1)
        return Result(f"Nothing was written: kept, as of {as_of:%H:%M:%S} UTC.", {"kept": True})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT public.refresh_view(%s, %s, %s)", [view.name, by, blocking])
        (rows,) = cursor.fetchone()
    work.progress(1, 1)
    took = ViewState.objects.get(pk=view.name).duration or timedelta()
    return Result(f"{rows:,} rows.", {"rows": rows, "seconds": round(took.total_seconds(), 3)})


def kept_as_of(name: str) -> datetime | None:
    """Until when nothing was written that the view reads; None: it has to be refreshed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT public.kept_as_of(%s)", [name])
        moment: datetime | None = cursor.fetchone()[0]
        return moment


def wait_for_dependencies(view: MaterializedView) -> None:
    """Raises NotYet while one of the views that this one reads is being refreshed."""
    going = Run.objects.active().filter(operation=REFRESH, target__in=view.depends_on).first()
    if going is not None:
        raise NotYet(f"It waits for the refresh of {going.target}.")


# --- How they are --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Durations:
    """Of the last refreshes that went well, oldest first, in seconds of the refresh itself."""

    seconds: tuple[float, ...] = ()

    @property
    def average(self) -> float | None:
        return mean(self.seconds) if self.seconds else None

    @property
    def trend(self) -> int | None:
        """By how many percent the latest are slower than those before; None: too few to say."""
        before, latest = self.seconds[:-RECENT], self.seconds[-RECENT:]
        if not before or not mean(before):
            return None
        return round((mean(latest) / mean(before) - 1) * 100)


def own_runs() -> QuerySet[Run]:
    """The refreshes of an outer ViewState, latest first. Uses index: run_by_operation."""
    return Run.objects.filter(operation=REFRESH, target=OuterRef("name")).order_by("-id")


def durations(names: Collection[str]) -> dict[str, Durations]:
    """By view; the time of the whole run where a SQL function did it."""
    measured = Cast(KeyTextTransform("seconds", "figures"), FloatField())
    whole = Extract(F("finished_at") - F("started_at"), "epoch", output_field=FloatField())
    runs = own_runs().filter(status=Status.COMPLETED).exclude(figures__has_key="kept")
    seconds = runs.values(took=Coalesce(measured, whole))[:CHARTED]
    states = ViewState.objects.filter(name__in=names).annotate(seconds=ArraySubquery(seconds))
    found = dict(states.values_list("name", "seconds"))
    return {name: Durations(tuple(reversed(found.get(name, ())))) for name in names}


def latest_runs(names: Collection[str]) -> dict[str, Run]:
    """The last run of each view's refresh, however it went."""
    last = Subquery(own_runs().values("pk")[:1])
    states = ViewState.objects.filter(name__in=names).annotate(last=last)
    return {run.target: run for run in Run.objects.filter(pk__in=states.values("last"))}


@dataclass(frozen=True)
class Timetable:
    """`next` is None while the schedule is off."""

    schedule: Schedule
    next: datetime | None


def timetables(now: datetime) -> dict[str, Timetable]:
    """The refresh schedule of each view that has one."""
    off = set(ScheduleState.objects.filter(is_enabled=False).values_list("name", flat=True))
    return {
        name: Timetable(each, None if each.name in off else next_moment(each, now))
        for each in declared(Schedule).values()
        for name in ((each.target,) if each.operation == REFRESH else each.refreshes)
    }


@dataclass(frozen=True)
class ViewFacts:
    """All that the screens say of one view. `declared` is None between a deployment and migrate."""

    status: ViewStatus
    declared: MaterializedView | None
    durations: Durations
    # The last one, however it went; and its schedule.
    run: Run | None
    timetable: Timetable | None

    @property
    def title(self) -> str:
        return self.declared.title if self.declared else self.status.view_name

    @property
    def is_refreshing(self) -> bool:
        return self.run is not None and self.run.is_active

    @property
    def failure(self) -> Run | None:
        """The last run, if it failed and nothing has refreshed the view since."""
        run, last = self.run, self.status.last_refresh
        if run is None or run.status != Status.FAILED or run.finished_at is None:
            return None
        return run if last is None or last < run.finished_at else None


def facts(statuses: Collection[ViewStatus], now: datetime) -> list[ViewFacts]:
    """In the given order, with as many queries for many views as for one."""
    names = [status.view_name for status in statuses]
    took, runs, plans = durations(names), latest_runs(names), timetables(now)
    views = declared(MaterializedView)
    return [
        ViewFacts(status, views.get(name), took[name], runs.get(name), plans.get(name))
        for name, status in zip(names, statuses, strict=True)
    ]


def last_refresh(name: str) -> datetime | None:
    """For the screens of a view's content: as of when it is."""
    return refreshes_of(name).values_list("refreshed_at", flat=True).first()


def refreshes_of(name: str) -> QuerySet[ViewState]:
    """The row that has its `refreshed_at`; none before the first one."""
    return ViewState.objects.filter(pk=name).only("refreshed_at")


def stale_views() -> list[str]:
    return list(ViewStatus.objects.filter(is_stale=True).values_list("view_name", flat=True))
