"""How wrong a value is."""

from __future__ import annotations

from math import floor

from ops.models import AlertThreshold
from ops.models.alert import Level
from ops.registry import AlertRule, declared

# A value is well again only this far on the good side of its limit, so that one that trembles
# about it raises one alert.
MARGIN = 0.05
SEVERITY = {Level.OK: 0, Level.WARNING: 1, Level.CRITICAL: 2}


def rule_named(name: str) -> AlertRule | None:
    return declared(AlertRule).get(name)


def limits_of(rule: AlertRule, kept: AlertThreshold | None) -> dict[Level, float | None]:
    """What people have set, before what is declared."""
    if kept is None:
        return {Level.CRITICAL: rule.critical, Level.WARNING: rule.warning}
    return {Level.CRITICAL: kept.critical, Level.WARNING: kept.warning}


def level_of(
    rule: AlertRule, limits: dict[Level, float | None], value: float, before: Level
) -> Level:
    """`before` is what it was: worse at once, better only beyond the margin."""
    for level, limit in limits.items():
        if limit is None:
            continue
        was_there = before == level or before == Level.CRITICAL
        margin = margin_of(rule, limit) if was_there else 0.0
        wrong = value > limit - margin if rule.wrong_when == "above" else value < limit + margin
        if wrong:
            return level
    return Level.OK


def margin_of(rule: AlertRule, limit: float) -> float:
    """Of counts a whole number: one worker is enough again where none was."""
    margin = abs(limit) * MARGIN
    return floor(margin) if rule.unit == "number" else margin
