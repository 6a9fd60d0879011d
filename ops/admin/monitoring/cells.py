"""Figures of reports as texts, and as charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format

from ops.admin.charts import Chart, bars_of
from ops.durations import measured
from ops.monitoring.reports import Column, Row, Table
from ops.monitoring.trends import Trend

NOTHING = "-"
BLOCK = 8192
# A code cell shows so much of its text; its title the rest.
SHORT = 160


@dataclass(frozen=True)
class Cell:
    text: str
    kind: str
    label: str
    title: str = ""
    address: str = ""


def cells_of(table: Table, row: Row, address: str = "") -> list[Cell]:
    """The first one leads to `address`."""
    cells = [cell_of(column, row[column.name]) for column in table.report.columns]
    first = cells[0]
    return [Cell(first.text, first.kind, first.label, first.title, address), *cells[1:]]


def cell_of(column: Column, value: Any) -> Cell:
    if value is None:
        return Cell(NOTHING, column.kind, column.label)
    if column.kind == "code":
        text = " ".join(str(value).split())
        short = text if len(text) <= SHORT else f"{text[:SHORT]}…"
        return Cell(short, column.kind, column.label, title=text[:2000])
    if column.kind == "moment":
        return Cell(naturaltime(value), column.kind, column.label, title=exactly(value))
    return Cell(written(column.kind, value), column.kind, column.label)


def written(kind: str, value: Any) -> str:
    if not value and kind in ("bytes", "blocks", "ms", "seconds"):
        return "0"
    match kind:
        case "bytes":
            return filesizeformat(value)
        case "blocks":
            return filesizeformat(int(value) * BLOCK)
        case "ms":
            return measured(float(value) / 1000)
        case "seconds":
            return measured(float(value))
        case "percent":
            # Near the whole the second decimal tells good from bad.
            return f"{value:,.2f} %" if 99 <= value < 100 else f"{value:,.1f} %"
        case "yes":
            return "yes" if value else "no"
        case "number":
            return f"{int(value) if value == int(value) else value:,}"
    return str(value)


def exactly(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "Y-m-d H:i:s")


def chart_of(trend: Trend) -> Chart:
    """Percentages near one another are told apart: their bars begin below the lowest."""
    kind, values = trend.kind, [value for _, value in trend.points]
    lowest, highest = min(values, default=0.0), max(values, default=0.0)
    floor = float(max(0, int(lowest) - 1)) if kind == "percent" and lowest >= 50 else 0.0
    figures = [(value, f"{exactly(at)}: {written(kind, value)}") for at, value in trend.points]
    scale = f"up to {written(kind, highest)}"
    return Chart(
        trend.title,
        f"from {written(kind, floor)} {scale}" if floor else scale,
        "" if trend.summary is None else written(kind, trend.summary),
        bars_of(figures, floor=floor),
    )
