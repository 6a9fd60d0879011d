"""What is exported: an order in words of the ledger, and who may give it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from django.utils import timezone

from ops.registry import Export, declared
from ops.work import Refused

Format = Literal["csv", "jsonl", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)
WORDS = {"csv": "CSV", "jsonl": "JSON lines", "parquet": "Parquet"}
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


@dataclass(frozen=True)
class Order:
    """`since` and `until` are days of `zone`, both of them part of the period; `chosen` the values
    of the export's own filters by name.
    """

    export: Export
    format: Format
    with_personal: bool = False
    since: date | None = None
    until: date | None = None
    zone: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, str]:
        left_out = frozenset() if self.with_personal else self.export.personal
        return {k: v for k, v in self.export.columns.items() if k not in left_out}

    @property
    def has_personal(self) -> bool:
        return self.with_personal and bool(self.export.personal)

    @property
    def moments(self) -> tuple[datetime | None, datetime | None]:
        """The first moment, and the first one after; None for no bound."""
        zone = ZoneInfo(self.zone) if self.zone else timezone.get_default_timezone()
        after = self.until + timedelta(days=1) if self.until else None
        first, last = (
            datetime.combine(day, time(), zone) if day else None for day in (self.since, after)
        )
        return first, last

    def parameters(self) -> dict[str, Any]:
        """As JSON, for the ledger and the log; `order_of` reads it back."""
        given = {
            "export": self.export.name,
            "format": self.format,
            "personal": self.has_personal,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "zone": self.zone if self.since or self.until else None,
            "filters": dict(self.chosen),
        }
        return {name: value for name, value in given.items() if value not in (None, {})}

    @property
    def period(self) -> str:
        """In words; empty for all time."""
        if self.since and self.until:
            return f"{self.since} to {self.until}"
        if self.since:
            return f"since {self.since}"
        return f"until {self.until}" if self.until else ""

    @property
    def selection(self) -> str:
        """In words which rows; empty for all."""
        values = [f"{name} {value}" for name, value in sorted(self.chosen.items())]
        return ", ".join(filter(None, [self.period, *values]))

    def __str__(self) -> str:
        """The same for the same rows: one run at a time prepares them."""
        parts = [f"{self.export.name}.{self.format}", self.selection]
        if self.export.personal and not self.has_personal:
            parts.append("without personal data")
        return ", ".join(filter(None, parts))

    @property
    def file_name(self) -> str:
        return f"{self.export.name}-{timezone.localdate():%Y-%m-%d}.{self.format}"


def order_of(parameters: Mapping[str, Any]) -> Order:
    """Raises Refused for an export or a format that there is not."""
    if parameters["format"] not in FORMATS:
        raise Refused(f"There is no format {parameters['format']}: take {', '.join(FORMATS)}.")
    since, until = (parameters.get(name) for name in ("since", "until"))
    return Order(
        export=export_named(parameters["export"]),
        format=parameters["format"],
        with_personal=bool(parameters.get("personal")),
        since=date.fromisoformat(since) if since else None,
        until=date.fromisoformat(until) if until else None,
        zone=parameters.get("zone") or "",
        chosen=parameters.get("filters") or {},
    )


def export_named(name: str) -> Export:
    """Raises Refused for one that no app declares."""
    try:
        return declared(Export)[name]
    except KeyError:
        known = ", ".join(sorted(declared(Export)))
        raise Refused(f"There is no export {name}. There are: {known}.") from None


# --- Who -----------------------------------------------------------------------------------------
def may_export(user: Any, export: Export) -> bool:
    return user.has_perms((export.permission, f"ops.export_{export.area}_exportfile"))


def may_export_personal(user: Any, export: Export) -> bool:
    return may_export(user, export) and user.has_perm(export.personal_permission)


def exports_for(user: Any) -> list[Export]:
    return [export for export in declared(Export).values() if may_export(user, export)]
