"""Alerts in sentences."""

from __future__ import annotations

from django.template.defaultfilters import filesizeformat

from ops.durations import measured
from ops.registry import AlertRule


def in_unit(unit: str, value: float) -> str:
    """ "12 %", "3.4 s", "1,000"."""
    match unit:
        case "bytes":
            # A space that breaks no line is not one that e-mails and programs expect.
            return filesizeformat(value).replace("\xa0", " ")
        case "seconds":
            return measured(value)
        case "ms":
            return measured(value / 1000)
        case "percent":
            return f"{value:,.1f} %"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def message_of(rule: AlertRule, subject: str, value: float | None, threshold: float | None) -> str:
    """ "Dead rows: questions is at 23.0 %, above 20.0 %"."""
    what = f"{subject} is at" if subject else ""
    now = in_unit(rule.unit, value) if value is not None else "unknown"
    limit = f", {rule.wrong_when} {in_unit(rule.unit, threshold)}" if threshold is not None else ""
    return f"{rule.title}: {f'{what} ' if what else ''}{now}{limit}"
