"""A report is rows of a view of the server's statistics, and what its columns mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db import connection

type Row = dict[str, Any]
Kind = Literal[
    "text", "code", "number", "bytes", "blocks", "ms", "seconds", "percent", "moment", "yes"
]


@dataclass(frozen=True)
class Column:
    """`kind` says how the value is written; "blocks" are of 8 KiB, "moment" is how long ago. What
    is minor is left out where there is room for a few figures."""

    name: str
    label: str
    kind: Kind = "number"
    is_minor: bool = False

    @property
    def is_figure(self) -> bool:
        return self.kind not in ("text", "code")


@dataclass(frozen=True)
class Report:
    """`query` is SQL without parameters, which other reports may have too; `keeps` says which rows
    of it belong here. `by` is the column that it is sorted by first, descending."""

    name: str
    title: str
    about: str
    query: str
    columns: tuple[Column, ...]
    empty: str
    by: str = ""
    keeps: Callable[[Row], bool] = lambda row: True


@dataclass(frozen=True)
class Table:
    """A report with its rows: the first `shown` of `total`."""

    report: Report
    rows: Sequence[Row]
    total: int
    by: str


def fetch(query: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def tables_of(
    reports: Iterable[Report], *, by: Mapping[str, str], shown: int = 30, whole: str = ""
) -> Iterator[Table]:
    """Each query is asked once. `by` has the column that a report is sorted by, by its name; the
    report named `whole` has all of its rows."""
    answers: dict[str, list[Row]] = {}
    for report in reports:
        if report.query not in answers:
            answers[report.query] = fetch(report.query)
        rows = [row for row in answers[report.query] if report.keeps(row)]
        most = len(rows) if report.name == whole else shown
        yield arranged(report, rows, by=by.get(report.name, ""), shown=most)


def sorted_by(report: Report, by: str) -> str:
    """A figure of the report; what the report says where `by` is none."""
    return by if any(each.name == by and each.is_figure for each in report.columns) else report.by


def arranged(report: Report, rows: list[Row], *, by: str = "", shown: int = 100) -> Table:
    """Sorted by the figure `by`, the largest first; by what the report says otherwise."""
    if by := sorted_by(report, by):
        rows.sort(key=lambda row: (row[by] is not None, row[by] or 0), reverse=True)
    return Table(report, rows[:shown], len(rows), by)
