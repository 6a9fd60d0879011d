"""Figures of reports as texts, and as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format

from ops.monitoring.reports import Column, Row, Table

NOTHING = "-"
BLOCK = 8192
# A code cell shows so much of its text; its title the rest.
SHORT = 160
# A bar and the gap after it; the tallest bar.
BAR_STEP, BAR_HEIGHT = 9, 48


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
    match kind:
        case "bytes":
            return filesizeformat(value)
        case "blocks":
            return filesizeformat(int(value) * BLOCK)
        case "ms":
            return milliseconds(float(value))
        case "seconds":
            return milliseconds(float(value) * 1000)
        case "percent":
            return f"{value:,.1f} %"
        case "yes":
            return "yes" if value else "no"
        case "number":
            return f"{value:,}"
    return str(value)


def milliseconds(value: float) -> str:
    """ "0.05 ms", "12 ms", "3.4 s", "2 h 5 min": about three digits."""
    if value < 10:
        return f"{value:.2f} ms"
    if value < 1000:
        return f"{value:.0f} ms"
    seconds = value / 1000
    if seconds < 120:
        return f"{seconds:.1f} s"
    minutes = int(seconds // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60:,} h {minutes % 60} min"


def exactly(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "Y-m-d H:i:s")


@dataclass(frozen=True)
class Bars:
    """A chart in whole units, so that no locale writes them otherwise, and its words."""

    title: str
    tallest: str
    width: int
    height: int
    bars: Sequence[dict[str, Any]]


def bars_of(title: str, kind: str, points: Sequence[tuple[datetime, float]]) -> Bars:
    top = max((value for _, value in points), default=0.0)
    heights = [round(value / top * BAR_HEIGHT) if top else 0 for _, value in points]
    bars = [
        {
            "x": number * BAR_STEP,
            "y": BAR_HEIGHT - height,
            "height": height,
            "width": BAR_STEP - 1,
            "text": f"{exactly(moment)}: {written(kind, value)}",
        }
        for number, ((moment, value), height) in enumerate(zip(points, heights, strict=True))
    ]
    return Bars(title, written(kind, top), len(bars) * BAR_STEP, BAR_HEIGHT, bars)
