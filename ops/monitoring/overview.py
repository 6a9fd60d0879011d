"""How the server is: its figures now, and how they went."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ops.alerts.levels import SEVERITY, rule_named
from ops.alerts.words import in_unit
from ops.models import AlertReading, AlertThreshold
from ops.models.alert import Level
from ops.monitoring.reports import fetch
from ops.registry import AlertRule
from ops.replicas import reading_from_replica

POINTS = 48


def figures() -> dict[str, Any]:
    """As `get_monitoring_dashboard()` says them; "connected" is the sum over all states."""
    [row] = fetch("SELECT public.get_monitoring_dashboard() AS figures")
    # Django's cursors give jsonb as text.
    found: dict[str, Any] = json.loads(row["figures"])
    taken = found["last_snapshot"]
    return {
        **found,
        "connected": sum(found["connections"].values()),
        "last_snapshot": datetime.fromisoformat(taken) if taken else None,
    }


@dataclass(frozen=True)
class Light:
    """How one alert rule stands: its worst subject."""

    title: str
    level: Level
    text: str
    page: str


def lights() -> list[Light]:
    """Of the rules that are watched, the worst first."""
    readings: defaultdict[str, list[AlertReading]] = defaultdict(list)
    for reading in AlertReading.objects.all():
        readings[reading.rule].append(reading)
    watched = AlertThreshold.objects.filter(is_enabled=True).values_list("rule", flat=True)
    found = [light_of(rule_named(name), readings[name]) for name in watched]
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


type Trend = tuple[str, str, Sequence[tuple[datetime, float]]]


@reading_from_replica
def trends(since: datetime) -> list[Trend]:
    """(title, kind of its values, points), between the snapshots since then."""
    spans = fetch("SELECT * FROM public.database_trend(%s, %s)", [since, POINTS])
    if not spans:
        return []

    def points(value: Any) -> list[tuple[datetime, float]]:
        return [(span["ended_at"], float(value(span))) for span in spans]

    def hit(span: dict[str, Any]) -> float:
        read = span["blocks_hit"] + span["blocks_read"]
        return 100 * span["blocks_hit"] / read if read else 100

    def rate(span: dict[str, Any]) -> float:
        return round(span["transactions"] / (span["seconds"] or 1), 1)

    return [
        ("Transactions a second", "number", points(rate)),
        ("Cache hit ratio", "percent", points(hit)),
        ("Connections", "number", points(lambda span: span["connections"] or 0)),
        ("Longest transaction", "seconds", points(lambda span: span["longest_transaction"] or 0)),
        ("Temporary files", "bytes", points(lambda span: span["temp_bytes"])),
        ("Size of the database", "bytes", points(lambda span: span["bytes"])),
    ]
