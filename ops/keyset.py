"""Pages of a table of any size, by its time-ordered key: newest first, each as quick as the first.

A page is found from a key, never by counting what stands before it. Totals are the planner's guess.
The admin's part is `ops.admin.keyset`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet

from ops.keys import midnight
from ops.pages import COUNTED

# What holds only for a screen: a filter that no index serves must not read a table to its end.
PATIENCE = timedelta(seconds=3)
# For an exact number of few rows, where the planner's guess would do.
A_MOMENT = timedelta(milliseconds=100)
DIGITS = 4
# The limit that held until now, and the one that holds from now on.
LIMITED = """
    SELECT was.value, pg_catalog.set_config('statement_timeout', %s, true)
    FROM (SELECT pg_catalog.current_setting('statement_timeout') AS value OFFSET 0) AS was
"""


class TooSlow(Exception):
    """The rows were not found in the time that a screen has."""


@dataclass(frozen=True)
class Pointer:
    """Which page: rows before (`older`) or after (`newer`) a key, which need not be there."""

    side: Literal["first", "older", "newer", "last"] = "first"
    key: UUID = field(default=UUID(int=0))


FIRST, LAST = Pointer("first"), Pointer("last")


# Pages from a key on.
TURNED = ("newer", "older")


@dataclass(frozen=True)
class Page:
    """Newest first. Empty only if there is no row at all, or none as far as was `searched_to`."""

    rows: Sequence[Any] = ()
    has_newer: bool = False
    has_older: bool = False
    # How far the rows were looked through, where that is not to the end of the page or the list.
    searched_to: UUID | None = None
    is_upwards: bool = False
    start: UUID = field(default=UUID(int=1))

    @property
    def is_whole(self) -> bool:
        return not (self.has_newer or self.has_older)

    @property
    def newer(self) -> str:
        if self.searched_to and self.is_upwards:
            return f"newer-{self.searched_to}"
        # Where nothing was found: what this page started from, itself included.
        return f"newer-{self.rows[0].pk if self.rows else UUID(int=self.start.int - 1)}"

    @property
    def older(self) -> str:
        if self.searched_to and not self.is_upwards:
            return f"older-{self.searched_to}"
        return f"older-{self.rows[-1].pk if self.rows else UUID(int=self.start.int + 1)}"

    @property
    def searched_at(self) -> datetime | None:
        return time_of(self.searched_to) if self.searched_to else None

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """The times of its oldest and newest row, as their keys have them."""
        return (time_of(self.rows[-1].pk), time_of(self.rows[0].pk)) if self.rows else None


def pointer_of(text: str, day: str = "") -> Pointer:
    """From an address: `last`, `older-<key>`, `newer-<key>`; or the newest row of a day.

    Raises ValueError, in words for a person.
    """
    if day:
        return pointer_to(day)
    side, _, key = text.partition("-")
    if text in ("", "first"):
        return FIRST
    if text == "last":
        return LAST
    try:
        assert_side(side)
        return Pointer(side, UUID(key))  # type: ignore[arg-type]
    except ValueError:
        raise ValueError("The address names no page of this list.") from None


def assert_side(side: str) -> None:
    if side not in TURNED:
        raise ValueError(side)


def pointer_to(day: str) -> Pointer:
    """The page that begins with the newest row of the day or before it, in the person's zone."""
    try:
        end = midnight(date.fromisoformat(day.strip()) + timedelta(days=1))
        milliseconds = int(end.timestamp() * 1000)
        return Pointer("older", UUID(int=milliseconds << 80))
    except (ValueError, OverflowError):
        raise ValueError(f"“{day[:20]}” is no day; write it as 2026-03-31.") from None


def time_of(key: UUID) -> datetime:
    """Of a uuid7."""
    return datetime.fromtimestamp((key.int >> 80) / 1000, UTC)


def page_of(rows: QuerySet[Any], pointer: Pointer, size: int, lead: Sequence[str] = ()) -> Page:
    """Two statements, three at an end of the list. Rows that were deleted since do no harm.

    `lead`: columns that stand before the key in the index to be used. All rows are the same there,
    by bounds on both sides: after an equality the planner prefers the key's own index, and may read
    it to its end.
    """
    rows = rows.order_by()
    newest_first, oldest_first = orders(lead)
    if pointer.side == "newer":
        found = list(rows.filter(pk__gt=pointer.key).order_by(*oldest_first)[: size + 1])
        if len(found) > size:
            page = found[:size][::-1]
            return Page(page, has_newer=True, has_older=is_any(rows, lead, older_than=page[-1].pk))
        # Its beginning: a page may not be shorter than there are rows.
        pointer = FIRST
    if pointer.side == "older":
        found = list(rows.filter(pk__lt=pointer.key).order_by(*newest_first)[: size + 1])
        if found:
            newer = is_any(rows, lead, newer_than=found[0].pk)
            return Page(found[:size], has_newer=newer, has_older=len(found) > size)
        pointer = LAST
    if pointer.side == "last":
        found = list(rows.order_by(*oldest_first)[: size + 1])
        return Page(found[:size][::-1], has_newer=len(found) > size)
    found = list(rows.order_by(*newest_first)[: size + 1])
    return Page(found[:size], has_older=len(found) > size)


def walked_page(
    rows: QuerySet[Any],
    every: QuerySet[Any],
    pointer: Pointer,
    size: int,
    reach: int,
    lead: Sequence[str] = (),
) -> Page:
    """As page_of, for filters that no index serves: of `every` row, which an index has in order of
    the key, at most `reach` are looked at, and the page says how far that was.

    `rows` are those of `every` that the filters keep.
    """
    is_turned, is_upwards = pointer.side in TURNED, pointer.side in ("newer", "last")
    beyond, within = ("gt", "lte") if is_upwards else ("lt", "gte")
    order = orders(lead)[is_upwards]
    ahead = {f"pk__{beyond}": pointer.key} if is_turned else {}
    steps = every.order_by(*order).filter(**ahead).values_list("pk", flat=True)
    edge = next(iter(steps[reach - 1 : reach]), None)
    ahead |= {f"pk__{within}": edge} if edge else {}
    found = list(rows.order_by(*order).filter(**ahead)[: size + 1])
    is_full = len(found) > size
    if pointer.side == "newer" and not is_full and not edge:
        # Its beginning: a page may not be shorter than there are rows.
        return walked_page(rows, every, FIRST, size, reach, lead)
    ways = (is_turned, is_full or edge is not None)
    return Page(
        found[:size][::-1] if is_upwards else found[:size],
        has_newer=ways[is_upwards],
        has_older=ways[not is_upwards],
        searched_to=None if is_full else edge,
        is_upwards=is_upwards,
        start=pointer.key,
    )


def orders(lead: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Newest first, oldest first."""
    return (*(f"-{name}" for name in lead), "-pk"), (*lead, "pk")


def is_any(
    rows: QuerySet[Any],
    lead: Sequence[str] = (),
    *,
    newer_than: UUID | None = None,
    older_than: UUID | None = None,
) -> bool:
    """In the order of the key: the neighbour is found at once."""
    newest_first, oldest_first = orders(lead)
    if newer_than:
        rows = rows.filter(pk__gt=newer_than).order_by(*oldest_first)
    if older_than:
        rows = rows.filter(pk__lt=older_than).order_by(*newest_first)
    return bool(rows.values_list("pk")[:1])


def estimate_of(rows: QuerySet[Any]) -> int:
    """How many the planner expects, to four digits; it reads no row."""
    plan = rows.order_by().explain(format="json")
    return rounded(int(json.loads(plan)[0]["Plan"]["Plan Rows"]) if plan else 0)


def rounded(expected: int) -> int:
    return round(expected, DIGITS - len(str(expected))) if expected >= 10**DIGITS else expected


@dataclass(frozen=True)
class Total:
    """Of all rows of a list."""

    rows: int
    is_exact: bool = True


def total_of(rows: QuerySet[Any], expected: int | None = None) -> Total:
    """Exact for few rows that are counted in a moment; else `expected`, or the planner's guess."""
    expected = estimate_of(rows) if expected is None else rounded(expected)
    if expected <= COUNTED:
        with suppress(TooSlow), patience(A_MOMENT):
            found = rows.order_by()[: COUNTED + 1].count()
            if found <= COUNTED:
                return Total(found)
            # Statistics that are behind.
            expected = COUNTED
    return Total(expected, is_exact=False)


@contextmanager
def patience(limit: timedelta = PATIENCE) -> Iterator[None]:
    """For statements that a screen waits for. Raises TooSlow; nothing in here may write."""
    is_within = connection.in_atomic_block
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LIMITED, [f"{int(limit.total_seconds() * 1000)}ms"])
            (before, _) = cursor.fetchone()
            yield
            # Else the limit ends with the transaction.
            if is_within:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != "57014":
            raise
        raise TooSlow from error
