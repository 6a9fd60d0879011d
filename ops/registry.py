"""What apps declare in their `operations.py`. Frozen dataclasses, standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Literal, Protocol

from ops.exports.declaration import Export as Export
from ops.exports.declaration import ExportFilter as ExportFilter
from ops.exports.declaration import columns_of as columns_of

Priority = Literal["high", "normal", "low"]
PRIORITIES: tuple[Priority, ...] = ("high", "normal", "low")


# --- Work ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Parameter:
    """One value that a run of an operation may carry; JSON types only."""

    name: str
    label: str
    required: bool = False
    # Of its field in the form that starts the operation; a day is carried as "2026-11-21".
    kind: Literal["text", "number", "yes_no", "day"] = "text"
    # Offered in place of free text.
    choices: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True)
class Operation:
    """Something long or dangerous, done by a worker and recorded in the run ledger.

    `work` is the dotted path of a function `(work: ops.work.Work) -> str | Result | None` that is
    safe to run twice. A try that fails is repeated after `retry_after`, then twice as long, and so
    on, up to `max_attempts` tries. No single statement runs longer than `timeout`.
    """

    name: str
    title: str
    work: str
    # Who may start it by hand, for example "ops.change_run"; empty: nobody, only schedules.
    permission: str = ""
    # What its targets are, in the action log: "view", "partition", …; own screens start those.
    target_type: str = "operation"
    # A sentence for who is about to start it.
    about: str = ""
    # The screen that shows what it does, for example "ops_backup_changelist".
    page: str = ""
    parameters: tuple[Parameter, ...] = ()
    priority: Priority = "normal"
    timeout: timedelta = timedelta(minutes=10)
    max_attempts: int = 3
    retry_after: timedelta = timedelta(seconds=30)
    cancellable: bool = True


# --- Time ----------------------------------------------------------------------------------------
class When(Protocol):
    """Moments that come again. `now` is aware and in the zone that `Daily` and `Weekly` mean."""

    def latest(self, now: datetime) -> datetime:
        """The last such moment at or before `now`."""

    def following(self, moment: datetime) -> datetime:
        """The first such moment after `moment`."""


@dataclass(frozen=True)
class Every:
    """Whole multiples of `period` since 1970: every clock agrees on them."""

    period: timedelta

    def latest(self, now: datetime) -> datetime:
        seconds = self.period.total_seconds()
        return datetime.fromtimestamp(now.timestamp() // seconds * seconds, now.tzinfo)

    def following(self, moment: datetime) -> datetime:
        return self.latest(moment) + self.period

    def __str__(self) -> str:
        minutes = int(self.period.total_seconds() // 60)
        hours = minutes // 60
        if minutes % 60:
            return f"every {minutes} minutes" if minutes > 1 else "every minute"
        return f"every {hours} hours" if hours > 1 else "every hour"


@dataclass(frozen=True)
class Daily:
    at: time

    def latest(self, now: datetime) -> datetime:
        today = datetime.combine(now.date(), self.at, now.tzinfo)
        if today <= now:
            return today
        return datetime.combine(now.date() - timedelta(days=1), self.at, now.tzinfo)

    def following(self, moment: datetime) -> datetime:
        day = self.latest(moment).date() + timedelta(days=1)
        return datetime.combine(day, self.at, moment.tzinfo)

    def __str__(self) -> str:
        return f"daily at {self.at:%H:%M}"


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Weekly:
    # As in datetime.weekday(): Monday is 0.
    weekday: int
    at: time

    def latest(self, now: datetime) -> datetime:
        day = now.date() - timedelta(days=(now.weekday() - self.weekday) % 7)
        moment = datetime.combine(day, self.at, now.tzinfo)
        if moment <= now:
            return moment
        return datetime.combine(day - timedelta(days=7), self.at, now.tzinfo)

    def following(self, moment: datetime) -> datetime:
        day = self.latest(moment).date() + timedelta(days=7)
        return datetime.combine(day, self.at, moment.tzinfo)

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday]}s at {self.at:%H:%M}"


@dataclass(frozen=True)
class Schedule:
    """Starts a run of `operation` at each moment of `when`.

    Moments that passed while no ticker ran are caught up by one run, or left out ("skip").
    `refreshes` names the views that its run has refreshed, where it does more than that.
    """

    name: str
    operation: str
    when: When
    target: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    catch_up: Literal["once", "skip"] = "once"
    refreshes: tuple[str, ...] = ()


# --- What is looked after ------------------------------------------------------------------------
@dataclass(frozen=True)
class MaterializedView:
    """`model` is the unmanaged model over it, "app_label.ModelName"; `name` its SQL name.

    `reads` are the SQL names of the tables it is computed from; `depends_on` other declared views,
    which are refreshed before it. `only_writes_change_it`: its rows follow from these alone, not
    from the clock; its schedule leaves it as it is while nothing is written.
    """

    name: str
    title: str
    model: str
    reads: tuple[str, ...]
    stale_after: timedelta
    depends_on: tuple[str, ...] = ()
    only_writes_change_it: bool = False


@dataclass(frozen=True)
class RollUp(MaterializedView):
    """A view over tables that are kept incrementally: a refresh costs what changed.

    `refresh` is the SQL function, without arguments, that counts what changed since it was last
    called; `kept_in` names the tables that it keeps, the largest first.
    """

    refresh: str = ""
    kept_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class FlatColumn:
    """Of a flat table; read as `kind`, and as NULL where the table has no such column."""

    name: str
    kind: Literal["uuid", "text", "numeric", "boolean"]
    required: bool = False


@dataclass(frozen=True)
class FlatShape:
    """Of flat tables whose rows a run may copy into a partitioned table.

    Beside `columns` such a table has `created_at` and a primary key `id`, a uuid or a whole number.
    A batch of its rows stands in the temporary table `flat_rows`: `columns` as they were read,
    `created_at`, `source_key`, `id` (the key that the row gets), `problem`, and the columns that
    `found` names (name → type).

    `judge`, the dotted path of a function `(cursor) -> None`, fills `found` and writes into
    `problem`, where it is null, why a row cannot come; it writes nothing else. `prepare`, another,
    makes what the rows that come refer to. `becomes` has the expression over `flat_rows AS f`,
    which fails on no row, of each column that is written; one that is a column of `found` is left
    out of the fingerprint. `once` names columns of `flat_rows`, and those of the table that hold
    the same: of rows that are alike in them, none being null, one comes; of the others `twice` is
    said. `shown` is the column that tells a person which row it is.
    """

    columns: tuple[FlatColumn, ...]
    becomes: Mapping[str, str]
    judge: str
    prepare: str
    shown: str
    once: Mapping[str, str]
    twice: str
    found: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PartitionedTable:
    """Partitioned by range of one uuid7 column, a partition a calendar month or year (UTC).

    `ahead` partitions after the current one always exist. A partition is offered to the archive
    `keep_months` after its end; None keeps it for ever. `before_archive` is the dotted path of a
    function `(first: date, before: date) -> None`, called before a partition of those days goes;
    what it raises as `ops.work.Refused` keeps the partition. `flat`: how rows of a flat table come
    in, if they may.
    """

    name: str
    model: str
    period: Literal["month", "year"]
    ahead: int = 3
    keep_months: int | None = None
    before_archive: str = ""
    flat: FlatShape | None = None


@dataclass(frozen=True)
class PersonalData:
    """Rows of the table `name` that tell of a member, and what becomes of them at an erasure.

    `member_column` holds the member's id, as uuid or as text; a row is the member's, too, if the
    e-mail stands in the column `searched`. "delete" takes the rows away; "blank" sets `columns`
    (name → JSON value) in them; "keep" leaves them. `reason` says why not all is deleted. Tables
    are worked through in the order of their registration, those that point to others first.
    """

    name: str
    title: str
    member_column: str
    action: Literal["delete", "blank", "keep"] = "delete"
    columns: Mapping[str, Any] = field(default_factory=dict)
    searched: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Erasure:
    """How a person of `table`, whose key is `id`, is erased: by the SQL function of this name,
    `(id uuid, by text)`, both in the schema public. Who comes back with a backup is erased again.
    """

    name: str
    table: str
    function: str


@dataclass(frozen=True)
class AlertRule:
    """Something that is measured, and from where on it is wrong.

    `measure` is the dotted path of a function `() -> Mapping[str, float]`: subject → value, where
    the subject is "" if there is only one; a subject that is not named is well. A value beyond
    `warning` or `critical` opens an alert ("below" turns it round); None leaves that state out.
    `unit` says how values are written. `about` is what to do then, `page` the name of the address
    where one does it.
    """

    name: str
    title: str
    measure: str
    warning: float | None
    critical: float | None = None
    wrong_when: Literal["above", "below"] = "above"
    unit: Literal["number", "bytes", "ms", "seconds", "percent"] = "number"
    about: str = ""
    page: str = ""


@dataclass(frozen=True)
class PersonSection:
    """What an app knows about a member: a part of their page, and of the export of their data.

    `view` is the dotted path of a function `(member_id: UUID, user) -> Mapping | None`; `template`
    gets its answer as `section`, and None leaves the section out. It is called only for a user who
    has `permission`. `export` is the dotted path of a function
    `(member_id: UUID) -> Mapping[str, Iterable[Mapping]]`: the rows about the member, by kind, in
    values that Django's JSON encoder knows. Sections stand in the order of their `position`.
    """

    name: str
    title: str
    permission: str
    view: str
    template: str
    export: str
    position: int = 100


@dataclass(frozen=True)
class Board:
    """A leaderboard: a tab among the others, in the order of their `position`.

    `screen` is the name of its address in the admin, `argument` what that takes, if anything.
    """

    name: str
    title: str
    screen: str
    argument: str = ""
    position: int = 100


@dataclass(frozen=True)
class Cache:
    """Answers of a function that are kept for a while: `ops.caching.remembered(name)`.

    An answer is kept for each value of the arguments that `key` names. `tags` are the SQL names of
    tables: a write to one of them, be it by plain SQL, makes the answers void; their models have
    the trigger `ops.triggers.tell_caches`. `lifetime` bounds what could be missed.
    """

    name: str
    title: str
    lifetime: timedelta
    tags: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    # What it keeps, and why that is worth it.
    about: str = ""


type Declaration = (
    Operation
    | Schedule
    | MaterializedView
    | PartitionedTable
    | PersonalData
    | Erasure
    | AlertRule
    | PersonSection
    | Export
    | Board
    | Cache
)

_declared: dict[type, dict[str, Any]] = {}


def register(*declarations: Declaration) -> None:
    """Raises ValueError when a name is taken by another declaration of the same kind."""
    for declaration in declarations:
        kind = _declared.setdefault(type(declaration), {})
        if kind.setdefault(declaration.name, declaration) != declaration:
            raise ValueError(
                f"Two declarations of {type(declaration).__name__} are named {declaration.name}."
            )


def declared[T](kind: type[T]) -> dict[str, T]:
    """All declarations of one kind, and of kinds of it, by name in the order of registration."""
    kinds = (names for each, names in _declared.items() if issubclass(each, kind))
    return {name: each for names in kinds for name, each in names.items()}
