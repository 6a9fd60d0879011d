"""The boards: pages by key, people among their neighbours, and how the scores are spread.

Filters, searches and pages come after the ranking: the rank of a row is the same in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q
from django.db.models.functions import Least

from assessments.models import LeaderboardPrevious, LeaderboardRow, LeaderboardTotal
from assessments.models.leaderboard import Dimension
from assessments.querysets import LeaderboardQuerySet
from ops.caching import remembered
from ops.matviews import last_refresh

BOARD = LeaderboardRow._meta.db_table
PAGE, NEIGHBOURS = 100, 10
# Scores that share a bar of the chart; the last bar has the full score, too.
STEP, BARS = 5, 20


# --- Rows ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Movement:
    """From the rank before the last refresh that differed; None for who had none."""

    now: int
    before: int | None

    @property
    def kind(self) -> str:
        if self.before is None:
            return "new"
        if self.before == self.now:
            return "same"
        return "up" if self.now < self.before else "down"

    @property
    def steps(self) -> int:
        return abs(self.now - (self.before or self.now))


@dataclass(frozen=True)
class Row:
    """`tied`: others have the same rank."""

    entry: LeaderboardRow
    rank: int
    score: int
    tied: bool
    movement: Movement


@dataclass(frozen=True)
class Page:
    """`earlier` and `later` are the members at its ends, where the board goes on."""

    rows: Sequence[Row]
    earlier: UUID | None = None
    later: UUID | None = None


def top(dimension: Dimension, chosen: Q) -> Page:
    found = shown(dimension, chosen)[: PAGE + 1]
    return page_of(dimension, list(found), is_after=False)


def page_after(dimension: Dimension, chosen: Q, place: LeaderboardRow) -> Page:
    found = shown(dimension, chosen).after(place, dimension)[: PAGE + 1]
    return page_of(dimension, list(found), is_after=True)


def page_before(dimension: Dimension, chosen: Q, place: LeaderboardRow) -> Page:
    found = list(shown(dimension, chosen).before(place, dimension).reverse()[: PAGE + 1])
    entries = list(reversed(found[:PAGE]))
    return Page(
        rows_of(dimension, entries),
        earlier=entries[0].pk if len(found) > PAGE else None,
        later=entries[-1].pk if entries else None,
    )


def around(dimension: Dimension, chosen: Q, place: LeaderboardRow) -> Page:
    """The member, and so many who match on both sides."""
    board = shown(dimension, chosen)
    above = list(board.before(place, dimension).reverse()[: NEIGHBOURS + 1])
    below = list(board.after(place, dimension)[: NEIGHBOURS + 1])
    own = shown(dimension, Q(pk=place.pk))
    entries = [*reversed(above[:NEIGHBOURS]), *own, *below[:NEIGHBOURS]]
    return Page(
        rows_of(dimension, entries),
        earlier=entries[0].pk if len(above) > NEIGHBOURS else None,
        later=entries[-1].pk if len(below) > NEIGHBOURS else None,
    )


def shown(dimension: Dimension, chosen: Q) -> LeaderboardQuerySet:
    """The columns of the board's table."""
    columns = ("user__display_name", dimension.rank, dimension.score)
    board = LeaderboardRow.objects.ranked(dimension).filter(chosen).with_ties(dimension)
    own = ("session_id", "career_level", "archetype", "badges", "completed_at")
    return board.select_related("user").only(*columns, *own)


def page_of(dimension: Dimension, found: list[LeaderboardRow], *, is_after: bool) -> Page:
    entries = found[:PAGE]
    return Page(
        rows_of(dimension, entries),
        earlier=entries[0].pk if entries and is_after else None,
        later=entries[-1].pk if len(found) > PAGE else None,
    )


def rows_of(dimension: Dimension, entries: Sequence[LeaderboardRow]) -> list[Row]:
    before = ranks_before(dimension, [entry.pk for entry in entries])
    return [
        Row(
            entry,
            rank=(rank := getattr(entry, dimension.rank)),
            score=getattr(entry, dimension.score),
            tied=bool(getattr(entry, "tied", False)),
            movement=Movement(rank, before.get(entry.pk)),
        )
        for entry in entries
    ]


def ranks_before(dimension: Dimension, members: Iterable[UUID]) -> dict[UUID, int | None]:
    known = LeaderboardPrevious.objects.filter(pk__in=list(members))
    return dict(known.values_list("pk", dimension.rank))


def place_of(dimension: Dimension, member: UUID) -> LeaderboardRow | None:
    """Where a member stands; None without a rank. Uses index: leaderboard_attempts_pkey."""
    board = LeaderboardRow.objects.ranked(dimension).only(dimension.behind, "completed_at")
    return board.filter(pk=member).first()


# --- The board -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Bar:
    """Scores from `low` to `high`, both included."""

    low: int
    high: int
    members: int


@dataclass(frozen=True)
class Facts:
    """What is the same on every page of a board until its next refresh."""

    as_of: datetime | None
    members: int
    archetypes: list[str]
    bars: list[Bar]


def facts(dimension: Dimension) -> Facts:
    # Before all else: then a page may be newer than it says, and never older.
    as_of = last_refresh(BOARD)
    members = LeaderboardTotal.objects.filter(pk=dimension).values_list("members", flat=True)
    archetypes, counts = spread(dimension, as_of)
    bars = [
        Bar(bar * STEP, 100 if bar == BARS - 1 else bar * STEP + STEP - 1, counts.get(bar, 0))
        for bar in range(BARS)
    ]
    return Facts(as_of, members.first() or 0, archetypes, bars)


@remembered("board-spread")
def spread(dimension: Dimension, refresh: datetime | None) -> tuple[list[str], dict[int, int]]:
    """The archetypes of the board, and members by bar of the chart; reads the whole board, as it is
    since that refresh."""
    board = LeaderboardRow.objects.ranked(dimension).order_by()
    named = board.exclude(archetype=None).values_list("archetype", flat=True).distinct()
    bars = board.values(bar=Least(F(dimension.score) / STEP, BARS - 1))
    counts = dict(bars.annotate(members=Count("pk")).values_list("bar", "members"))
    return sorted(filter(None, named)), counts


def matching(dimension: Dimension, chosen: Q) -> int:
    return LeaderboardRow.objects.ranked(dimension).filter(chosen).order_by().count()
