"""Alerts in sentences."""

from __future__ import annotations

from django.template.defaultfilters import filesizeformat

from ops.registry import AlertRule


def in_unit(unit: str, value: float) -> str:
    """ "12 %", "3.4 s", "1,000"."""
    match unit:
        case "bytes":
            # A space that breaks no line is not one that e-mails and programs expect.
            return filesizeformat(value).replace("\xa0", " ")
        case "seconds":
            return duration(value)
        case "ms":
            return f"{value:,.0f} ms"
        case "percent":
            return f"{value:,.1f} %"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:,.1f} s"
    for unit, size in (("days", 86_400), ("hours", 3_600)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds / 60:,.0f} min"


def message_of(rule: AlertRule, subject: str, value: float | None, threshold: float | None) -> str:
    """ "Dead rows: questions is at 23.0 %, above 20.0 %"."""
    what = f"{subject} is at" if subject else ""
    now = in_unit(rule.unit, value) if value is not None else "unknown"
    limit = f", {rule.wrong_when} {in_unit(rule.unit, threshold)}" if threshold is not None else ""
    return f"{rule.title}: {f'{what} ' if what else ''}{now}{limit}"
