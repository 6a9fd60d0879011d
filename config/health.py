"""For what watches the process from outside: probes without login, metrics with a token."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator

import django_rq
import structlog
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import REGISTRY, Collector

from ops import workers
from ops.metrics import Gauge, gauges

log = structlog.get_logger(__name__)


def healthz(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """This process answers; nothing else is asked. Before all that looks at the host or at the
    scheme: who balances load asks by an address, and without https."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok\n", content_type="text/plain")
        return get_response(request)

    return middleware


def readyz(request: HttpRequest) -> HttpResponse:
    """200 if a person could work now, else 503. Names what fails; why, the log knows."""
    answers = {name: stands(name, check) for name, check in CHECKS.items()}
    status = 200 if all(answers.values()) else 503
    words = {name: "ok" if well else "failed" for name, well in answers.items()}
    return JsonResponse(words, status=status)


def stands(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        log.warning("readiness check failed", check=name, exc_info=True)
        return False


def database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def redis_answers() -> bool:
    return bool(django_rq.get_connection("normal").ping())


def migrations_are_applied() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def a_worker_lives() -> bool:
    return workers.living() > 0


CHECKS: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "redis": redis_answers,
    "migrations": migrations_are_applied,
    "worker": a_worker_lives,
}


# --- Metrics -------------------------------------------------------------------------------------
class HouseGauges(Collector):
    """What the database knows, asked anew at each scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for gauge in gauges():
            yield family_of(gauge)


def family_of(gauge: Gauge) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"steward_{gauge.name}", gauge.about, labels=gauge.labels)
    for labels, value in gauge.values:
        family.add_metric(labels, value)
    return family


def metrics(request: HttpRequest) -> HttpResponse:
    """In Prometheus's format, for who has METRICS_TOKEN; without one there is no such page."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.METRICS_TOKEN
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        raise Http404
    own = CollectorRegistry()
    own.register(HouseGauges())
    return HttpResponse(
        generate_latest(requests()) + generate_latest(own), content_type=CONTENT_TYPE_LATEST
    )


def requests() -> CollectorRegistry:
    """Of all processes where gunicorn shares them in a folder, else of this one."""
    if not settings.PROMETHEUS_MULTIPROC_DIR:
        return REGISTRY
    shared = CollectorRegistry()
    multiprocess.MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared
