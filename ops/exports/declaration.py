"""What apps declare to have it exported; `ops.registry` offers it. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ExportFilter:
    """`condition` is SQL over the export's source with the chosen value as `{value}`.

    `choices` is a SELECT of (value, label). Without it a text is typed, and `find`, a SELECT with
    the text as `{value}`, gives the value that is meant.
    """

    name: str
    label: str
    condition: str
    choices: str = ""
    find: str = ""
    help: str = ""


@dataclass(frozen=True)
class Export:
    """Rows that people take out as files: `columns` (name → SQL expression) of `source`, a FROM
    clause with qualified names, in the order of `key`.

    `key` is never null and an index serves it; rows may share a value. Who has `permission` and
    that of the `area` may export it, `personal` columns with `personal_permission`. Most rows come
    from `table`. A period is chosen by `made`, a uuid7 column, or by `at`, a moment. `member` is
    the column with a member's id. `in_warehouse`: the weekly export has it without its personal
    columns, in months of `month`, a uuid7 column, if that is another than `made`.
    """

    name: str
    title: str
    about: str
    area: Literal["bank", "flavors", "members", "operations"]
    permission: str
    source: str
    columns: Mapping[str, str]
    key: str
    table: str
    personal: frozenset[str] = frozenset()
    personal_permission: str = "ops.export_personal_exportfile"
    made: str = ""
    at: str = ""
    member: str = ""
    filters: tuple[ExportFilter, ...] = ()
    in_warehouse: bool = False
    month: str = ""


def columns_of(alias: str, names: str) -> dict[str, str]:
    """Columns of the table `alias`, under their own names; `names` stand between spaces."""
    return {name: f"{alias}.{name}" for name in names.split()}
