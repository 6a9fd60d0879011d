"""What the house measures: subject → value. What is well on all machines is not named."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import django_rq
from django.conf import settings
from django.db.models import Count, Exists, OuterRef
from django.utils import timezone
from redis.exceptions import RedisError

from ops import replicas
from ops.archive.standing import partitioned_tables
from ops.latest import last_with_figure
from ops.models import PerformanceSnapshot, Run, ViewStatus
from ops.models.run import Status
from ops.monitoring.reports import fetch
from ops.monitoring.trends import asked_for, hit_percent, spans_since
from ops.queries import schedule_rows
from ops.workers import living

type Values = dict[str, float]

HOUR = timedelta(hours=1)
# Fewer blocks say nothing.
BLOCKS = 10_000


def values_of(query: str) -> Values:
    """Of rows with a `value`, and with a `subject` where there are several."""
    return {
        str(row.get("subject", "")): float(row["value"])
        for row in fetch(query)
        if row["value"] is not None
    }


# --- The server ----------------------------------------------------------------------------------
def connections_used() -> Values:
    return values_of(
        "SELECT 100.0 * count(*) / current_setting('max_connections')::integer AS value"
        " FROM pg_stat_activity WHERE backend_type = 'client backend'"
    )


def cache_hits(of: str = "blocks") -> Values:
    """Of the last hour, by snapshots: a lifetime's ratio hides incidents."""
    spans = spans_since(timezone.now() - HOUR)
    percent = hit_percent(spans, of)
    return {"": percent} if percent is not None and asked_for(spans, of) >= BLOCKS else {}


def index_hits() -> Values:
    return cache_hits("index")


def slow_statements() -> Values:
    """How many took more than 500 ms on average, of those that ran more than ten times within the
    last hour (seed 003)."""
    if not PerformanceSnapshot.objects.exists():
        return {}
    rows = fetch(
        "SELECT count(*) AS slow FROM public.statement_activity(%s)"
        " WHERE mean_ms > 500 AND calls > 10",
        [timezone.now() - HOUR],
    )
    return {"": float(rows[0]["slow"])}


def dead_rows() -> Values:
    return values_of(
        "SELECT tablename AS subject, dead_percent AS value FROM public.v_table_stats"
        " WHERE dead_rows > 10000"
    )


def long_transactions() -> Values:
    return values_of("SELECT max(transaction_seconds) AS value FROM public.v_active_connections")


def blocked_sessions() -> Values:
    """How long the one that waits longest has waited."""
    return values_of("SELECT max(waiting_seconds) AS value FROM public.v_lock_conflicts")


def wraparound() -> Values:
    return values_of(
        "SELECT datname AS subject, percent_of_limit AS value FROM public.v_wraparound"
    )


def sequences() -> Values:
    return values_of(
        "SELECT sequencename AS subject, percent_used AS value FROM public.v_sequence_usage"
        " LIMIT 20"
    )


def replica_lag() -> Values:
    """Of those that stream from here, and of the one that is read: when its stream has ended, its
    own word alone says how old it is."""
    found = values_of(
        "SELECT COALESCE(NULLIF(application_name, ''), client_addr::text, 'replica') AS subject,"
        " COALESCE(replay_seconds, 0) AS value FROM public.v_replicas"
    )
    if replicas.is_configured() and (lag := replicas.standing_now().lag) is not None:
        found["read by Steward"] = lag
    return found


def replica_in_trouble() -> Values:
    """1 while the one that is read does not answer, or nothing streams to it."""
    return {"": float(bool(replicas.standing_now().trouble))} if replicas.is_configured() else {}


def kept_wal() -> Values:
    """By replication slots that nobody reads."""
    return values_of(
        "SELECT slot_name AS subject, COALESCE(retained_bytes, 0) AS value"
        " FROM public.v_replication_slots WHERE NOT active"
    )


def archiver_failures() -> Values:
    return values_of(
        "SELECT CASE WHEN is_failing THEN failed_count ELSE 0 END AS value FROM public.v_archiver"
    )


def invalid_indexes() -> Values:
    return values_of("SELECT count(*) AS value FROM public.v_invalid_indexes")


def disk_used() -> Values:
    """Of what this machine can see of the disks that Steward and the server write to."""
    [row] = fetch(
        "SELECT current_setting('data_directory') AS data,"
        " COALESCE(inet_server_addr() << '127.0.0.0/8', true) AS is_here"
    )
    folders = {
        "archive": settings.STEWARD_ARCHIVE_DIR,
        "backups": settings.STEWARD_BACKUP_DIR,
        "data": settings.STEWARD_DATA,
    }
    if row["is_here"]:
        folders["database"] = Path(row["data"])
    found = {}
    for name, folder in folders.items():
        try:
            usage = shutil.disk_usage(folder)
        except OSError:
            # Not made yet, or closed to us.
            continue
        # As df counts: what only root may write to is not room.
        found[name] = 100 * usage.used / (usage.used + usage.free)
    return found


# --- Steward -------------------------------------------------------------------------------------
def partitions_ahead() -> Values:
    tables = partitioned_tables(timezone.now(), sizes=False)
    return {table.name: float(len(table.future)) for table in tables}


def stale_views() -> Values:
    """How many times older than allowed each stale view is."""
    now = timezone.now()
    stale = ViewStatus.objects.filter(is_stale=True)
    return {
        view.view_name: (now - view.last_refresh) / view.stale_after
        for view in stale
        if view.last_refresh
    }


def failed_runs() -> Values:
    """Of a day, by operation. What another run of the same order has done since needs nobody."""
    # Uses index: run_by_operation. Of one order only one goes at a time.
    done_since = Run.objects.filter(
        status=Status.COMPLETED,
        operation=OuterRef("operation"),
        target=OuterRef("target"),
        parameters=OuterRef("parameters"),
        pk__gt=OuterRef("pk"),
    )
    failed = Run.objects.filter(
        ~Exists(done_since),
        status=Status.FAILED,
        finished_at__gte=timezone.now() - timedelta(days=1),
    )
    counts = failed.values_list("operation").annotate(n=Count("pk"))
    return {operation: float(count) for operation, count in counts}


def late_schedules() -> Values:
    return {"": float(sum(row.is_late for row in schedule_rows(timezone.now())))}


def workers() -> Values:
    """Those alive. Without Redis there is none that could work."""
    try:
        return {"": float(living())}
    except RedisError:
        return {"": 0.0}


def redis_away() -> Values:
    """1 while it does not answer."""
    try:
        django_rq.get_connection("normal").ping()
    except RedisError:
        return {"": 1.0}
    return {"": 0.0}


def schema_drift() -> Values:
    """Objects that were not as the migrations make them, when it was verified last."""
    verified = last_with_figure("verify_schema", "differs")
    return {"": float(verified.figures["differs"])} if verified else {}
