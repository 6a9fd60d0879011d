"""Figures of reports as texts, and as charts."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ops.admin.charts import Chart, bars_of
from ops.durations import measured
from ops.monitoring.reports import Column, Row, Table
from ops.monitoring.trends import Trend

NOTHING = "-"
BLOCK = 8192
# A code cell shows so much of its text; its title the rest.
SHORT = 160


def line_of(table: Table, row: Row, address: str = "") -> SafeString:
    """The cells of a row; the first one leads to `address`. Made here, and not by a template: there
    are a thousand of them on a page."""
    columns = table.report.columns
    texts = [text_of(column, row[column.name]) for column in columns]
    if address:
        text, title = texts[0]
        texts[0] = format_html('<a class="steward-link" href="{}">{}</a>', address, text), title
    cells = ((start_of(column), *cell) for column, cell in zip(columns, texts, strict=True))
    return format_html_join(
        "",
        "{}{}>{}</td>",
        (
            (start, title and format_html(' title="{}"', title), text)
            for start, text, title in cells
        ),
    )


@cache
def start_of(column: Column) -> SafeString:
    minor = " data-minor" if column.is_minor else ""
    return format_html(f'<td{minor} data-label="{{}}" data-kind="{{}}"', column.label, column.kind)


def text_of(column: Column, value: Any) -> tuple[str, str]:
    """What a cell shows, and its title."""
    if value is None:
        return NOTHING, ""
    if column.kind == "code":
        text = " ".join(str(value).split())
        short = text if len(text) <= SHORT else f"{text[:SHORT]}…"
        return format_html("<code>{}</code>", short), text[:2000]
    if column.kind == "moment":
        return naturaltime(value), exactly(value)
    return written(column.kind, value), ""


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
