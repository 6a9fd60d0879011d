"""How the server is: its figures now, and how they went."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ops.alerts.levels import SEVERITY, rule_named
from ops.alerts.words import in_unit
from ops.models import AlertReading, AlertThreshold
from ops.models.alert import Level
from ops.monitoring.reports import fetch
from ops.registry import AlertRule


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
    watched = AlertThreshold.objects.filter(is_enabled=True).values_list("rule", flat=True)
    return lights_of(AlertReading.objects.all(), watched)


def lights_of(readings: Iterable[AlertReading], watched: Iterable[str]) -> list[Light]:
    by_rule: defaultdict[str, list[AlertReading]] = defaultdict(list)
    for reading in readings:
        by_rule[reading.rule].append(reading)
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
