"""The check: each rule is measured, and its alerts open, change and close."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import structlog
from django.apps import apps
from django.apps.registry import Apps
from django.core.exceptions import FieldDoesNotExist
from django.db import transaction
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from ops.alerts import delivery
from ops.alerts.levels import SEVERITY, level_of, limits_of
from ops.alerts.words import message_of
from ops.errors import reason_of
from ops.models import Alert, AlertEvent, AlertReading, AlertThreshold
from ops.models.alert import Happening, Level
from ops.registry import AlertRule, declared
from ops.work import Result, Work

log = structlog.get_logger(__name__)


def synchronise_declarations(*, apps: Apps = apps, **_: Any) -> None:
    """After each migrate: a row for each declared rule, in which people may set other limits."""
    try:
        kept = apps.get_model("ops", "AlertThreshold")
        kept._meta.get_field("declared_warning")
    except (LookupError, FieldDoesNotExist):  # migrated back to before the table, or the column
        return
    rules = declared(AlertRule)
    kept.objects.exclude(rule__in=rules).delete()
    standing = kept.objects.in_bulk()
    for rule in rules.values():
        follow_declaration(standing.get(rule.name) or kept(rule=rule.name), rule)


def follow_declaration(kept: Any, rule: AlertRule) -> None:
    """What people have set stays."""
    before, now = (kept.declared_warning, kept.declared_critical), (rule.warning, rule.critical)
    if before == now and not kept._state.adding:
        return
    if (kept.warning, kept.critical) == before:
        kept.warning, kept.critical = now
    kept.declared_warning, kept.declared_critical = now
    kept.save()


def check_alerts(work: Work) -> Result:
    """The work of the operation of this name."""
    happened: Counter[str] = Counter()
    thresholds = AlertThreshold.objects.in_bulk()
    rules = declared(AlertRule)
    for done, rule in enumerate(rules.values()):
        work.progress(done, len(rules), rule.title)
        kept = thresholds.get(rule.name)
        if kept is None or kept.is_enabled:
            happened.update(check_rule(rule, limits_of(rule, kept)))
        else:
            happened.update(let_go(rule))
    work.progress(len(rules), len(rules))
    standing = Alert.objects.open().count()
    words = ", ".join(f"{count:,} {kind}" for kind, count in sorted(happened.items()))
    return Result(
        f"{standing:,} alert{'' if standing == 1 else 's'} open{f'; {words}' if words else ''}.",
        {"open": standing, **happened},
    )


def check_rule(rule: AlertRule, limits: dict[Level, float | None]) -> list[str]:
    """What happened to its alerts; they stay as they are where it cannot be measured."""
    try:
        with transaction.atomic():
            values: Mapping[str, float] = import_string(rule.measure)()
    except Exception as error:
        log.warning("alert rule cannot be measured", rule=rule.name, exc_info=True)
        told = {"trouble": reason_of(error), "measured_at": Now()}
        AlertReading.objects.update_or_create(
            rule=rule.name, subject="", defaults=told, create_defaults=told | {"level": Level.OK}
        )
        return ["not measured"]
    with transaction.atomic():
        return settle(rule, limits, values)


def settle(
    rule: AlertRule, limits: dict[Level, float | None], values: Mapping[str, float]
) -> list[str]:
    known = {each.subject: each for each in AlertReading.objects.filter(rule=rule.name)}
    standing = {each.subject: each for each in Alert.objects.open().filter(rule=rule.name)}
    AlertReading.objects.filter(rule=rule.name).exclude(subject__in=values).delete()
    happened = []
    for subject in {*values, *standing}:
        before = Level(known[subject].level) if subject in known else Level.OK
        value = values.get(subject)
        level = Level.OK if value is None else level_of(rule, limits, value, before)
        if value is not None:
            AlertReading.objects.update_or_create(
                rule=rule.name,
                subject=subject,
                defaults={"value": value, "level": level, "trouble": "", "measured_at": Now()},
            )
        change = follow(rule, standing.get(subject), subject, level, value, limits.get(level))
        if change:
            happened.append(change.label.lower())
    return happened


def follow(
    rule: AlertRule,
    alert: Alert | None,
    subject: str,
    level: Level,
    value: float | None,
    threshold: float | None,
) -> Happening | None:
    """What became of the alert of a subject, which may not be there yet."""
    if level == Level.OK:
        return resolve(alert) if alert else None
    message = message_of(rule, subject, value, threshold)
    if alert is None:
        alert = Alert(rule=rule.name, subject=subject)
        change: Happening | None = Happening.OPENED
    elif SEVERITY[level] > SEVERITY[Level(alert.level)]:
        # Who said that they see to a warning did not mean this.
        alert.acknowledged_until = None
        change = Happening.WORSE
    else:
        change = Happening.BETTER if level != alert.level else None
    alert.level, alert.message, alert.value, alert.threshold = level, message, value, threshold
    alert.seen_at = Now()
    alert.save()
    if change:
        note(alert, change)
    return change


def resolve(alert: Alert) -> Happening:
    alert.resolved_at = Now()
    alert.save(update_fields=["resolved_at"])
    note(alert, Happening.RESOLVED)
    return Happening.RESOLVED


def let_go(rule: AlertRule) -> list[str]:
    """Of a rule that is no longer watched nothing stays open."""
    AlertReading.objects.filter(rule=rule.name).delete()
    return [resolve(each).label.lower() for each in Alert.objects.open().filter(rule=rule.name)]


def note(alert: Alert, kind: Happening) -> None:
    event = AlertEvent.objects.create(alert=alert, kind=kind, message=alert.message)
    delivery.send(event)
