"""What the database knows, as gauges for a monitoring system."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone

from ops import replicas
from ops.alerts.measures import connections_used, workers
from ops.caching.figures import Figures, standing
from ops.models import Alert, AlertReading, PerformanceSnapshot, Run
from ops.models.run import ACTIVE
from ops.probes import size_now


@dataclass(frozen=True)
class Gauge:
    """`values` are (label values, number), in the order of `labels`."""

    name: str
    about: str
    labels: Sequence[str]
    values: Sequence[tuple[Sequence[str], float]]


def gauges() -> Iterator[Gauge]:
    yield Gauge("database_bytes", "Size of the database.", (), [((), float(size_now()))])
    yield Gauge(
        "connections_used_percent",
        "Of max_connections.",
        (),
        [((), value) for value in connections_used().values()],
    )
    yield Gauge("workers", "Living workers.", (), [((), workers()[""])])
    active = Run.objects.filter(status__in=ACTIVE).values_list("operation", "status")
    yield Gauge(
        "active_runs",
        "Runs that wait or work.",
        ("operation", "status"),
        [((name, status), float(n)) for name, status, n in active.annotate(n=Count("pk"))],
    )
    open_alerts = Alert.objects.open().values_list("level").annotate(n=Count("pk"))
    yield Gauge(
        "open_alerts",
        "Alerts that are not resolved.",
        ("level",),
        [((level,), float(n)) for level, n in open_alerts],
    )
    readings = AlertReading.objects.exclude(value=None).values_list("rule", "subject", "value")
    yield Gauge(
        "alert_reading",
        "The last value of each alert rule, in the rule's unit.",
        ("rule", "subject"),
        [((rule, subject), value or 0.0) for rule, subject, value in readings],
    )
    if replicas.is_configured():
        yield from of_replica()
    yield from cache_gauges()
    newest = PerformanceSnapshot.objects.order_by("-id").values_list("created_at", flat=True)[:1]
    yield Gauge(
        "snapshot_age_seconds",
        "Since the last snapshot of the server's counters.",
        (),
        [((), (timezone.now() - moment).total_seconds()) for moment in newest],
    )


def of_replica() -> Iterator[Gauge]:
    now = replicas.standing_now()
    lags = [] if now.lag is None else [((), now.lag)]
    yield Gauge("replica_lag_seconds", "Of the replica that is read; none if unknown.", (), lags)
    yield Gauge(
        "replica_streams",
        "1 while it answers and WAL comes in.",
        (),
        [((), float(not now.trouble))],
    )
    yield Gauge(
        "replica_reads",
        "Reads that might go to the replica, by how that went.",
        ("outcome",),
        [((outcome,), float(n)) for outcome, n in replicas.counts().items()],
    )


# Since Redis was last emptied.
OF_CACHES: dict[str, tuple[str, Callable[[Figures], float]]] = {
    "cache_hits": ("Answers that were kept.", lambda each: each.hits),
    "cache_misses": ("Answers that were not.", lambda each: each.misses),
    "cache_saved_seconds": (
        "What the sources took, once for each hit.",
        lambda each: each.saved.total_seconds(),
    ),
}


def cache_gauges() -> Iterator[Gauge]:
    now = standing()
    attended = float(now.state == "attended")
    yield Gauge("caches_attended", "1: their listener passes on writes.", (), [((), attended)])
    for name, (about, figure) in OF_CACHES.items():
        values = [((each.cache.name,), float(figure(each))) for each in now.caches]
        yield Gauge(name, about, ("cache",), values if now.state != "away" else ())
