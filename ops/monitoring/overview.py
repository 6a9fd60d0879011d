"""How the server is: its figures now, and how they went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ops.alerts.levels import SEVERITY, rule_named
from ops.alerts.words import in_unit
from ops.models import AlertReading, AlertThreshold
from ops.models.alert import Level
from ops.monitoring.reports import Row, fetch
from ops.monitoring.schema import LARGE
from ops.registry import AlertRule

NOW = """
    SELECT
        pg_database_size(current_database()) AS database_bytes,
        (SELECT count(*) FROM public.v_active_connections) AS connected,
        current_setting('max_connections')::integer AS max_connections,
        (
            SELECT round(100.0 * blks_hit / NULLIF(blks_hit + blks_read, 0), 2)
            FROM pg_stat_database WHERE datname = current_database()
        ) AS cache_hit_percent,
        (SELECT coalesce(max(transaction_seconds), 0) FROM public.v_active_connections)
            AS longest_transaction_seconds,
        (SELECT count(DISTINCT pid) FROM public.v_lock_conflicts WHERE depth > 0)
            AS blocked_sessions,
        unused.count AS unused_indexes,
        unused.bytes AS unused_index_bytes,
        (SELECT max(percent_of_limit) FROM public.v_wraparound) AS wraparound_percent,
        (SELECT created_at FROM public.performance_snapshots ORDER BY id DESC LIMIT 1)
            AS last_snapshot
    FROM (
        SELECT count(*), coalesce(sum(bytes), 0) AS bytes
        FROM public.v_index_usage
        WHERE usage_category = 'UNUSED' AND bytes > %s
    ) AS unused
"""


def figures() -> Row:
    """Of `get_monitoring_dashboard()` what a page shows: its lists cost most of it."""
    [row] = fetch(NOW, [LARGE])
    return row


@dataclass(frozen=True)
class Light:
    """How one alert rule stands: its worst subject."""

    title: str
    level: Level
    text: str
    page: str


def lights() -> list[Light]:
    """Of the rules that are watched, the worst first."""
    watched = AlertThreshold.objects.filter(is_enabled=True).values_list("rule", flat=True)
    return lights_of(AlertReading.objects.all(), watched)


def lights_of(readings: Iterable[AlertReading], watched: Iterable[str]) -> list[Light]:
    """None before the first check: nobody knows how the rules stand."""
    by_rule: defaultdict[str, list[AlertReading]] = defaultdict(list)
    for reading in readings:
        by_rule[reading.rule].append(reading)
    if not by_rule:
        return []
    found = [light_of(rule_named(name), by_rule[name]) for name in watched]
    return sorted(
        (light for light in found if light), key=lambda each: (-SEVERITY[each.level], each.title)
    )


def light_of(rule: AlertRule | None, readings: Sequence[AlertReading]) -> Light | None:
    """The worst of a rule's subjects; a rule without any has nothing to see."""
    if rule is None:
        return None
    if not readings:
        return Light(rule.title, Level.OK, "nothing to see", rule.page)
    sign = 1 if rule.wrong_when == "above" else -1
    worst = max(
        readings,
        key=lambda each: (
            bool(each.trouble),
            SEVERITY[Level(each.level)],
            sign * (each.value or 0),
        ),
    )
    if worst.trouble:
        return Light(rule.title, Level.WARNING, f"cannot be measured: {worst.trouble}", rule.page)
    value = "" if worst.value is None else in_unit(rule.unit, worst.value)
    return Light(rule.title, Level(worst.level), f"{worst.subject} {value}".strip(), rule.page)
