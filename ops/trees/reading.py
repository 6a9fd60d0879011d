"""A tree in its order, what of it is found, and what of it is shown at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Model, QuerySet

# A tree of more rows than this comes with its lower levels closed.
OPEN_ROWS = 300


@dataclass(slots=True)
class Branch:
    """A category in the tree; `counts` are of it and all below it, as `FIGURES`."""

    # What is counted → the filter of the list that shows just those.
    FIGURES: ClassVar[Mapping[str, str]] = {}

    id: int
    parent_id: int | None
    name: str
    level: int = field(default=1, kw_only=True)
    children: int = field(default=0, kw_only=True)
    is_first: bool = field(default=False, kw_only=True)
    is_last: bool = field(default=False, kw_only=True)
    is_open: bool = field(default=False, kw_only=True)
    is_found: bool = field(default=False, kw_only=True)
    counts: list[int] = field(default_factory=list, kw_only=True)

    def __post_init__(self) -> None:
        self.counts = self.counts or [0] * len(self.FIGURES)

    @property
    def key(self) -> str:
        """For addresses, where no thousands are separated."""
        return str(self.id)

    @property
    def parent_key(self) -> str:
        return str(self.parent_id or "")

    @property
    def hint(self) -> str:
        """Beside the name."""
        return ""

    @property
    def searched(self) -> Sequence[str]:
        return (self.name,)

    @property
    def indent(self) -> int:
        """1 to 8: deeper levels stand no further to the right."""
        return min(self.level, 8)

    @property
    def indented(self) -> str:
        return "\N{EM SPACE}" * (self.level - 1) + self.name

    @property
    def is_empty(self) -> bool:
        return not any(self.counts)

    @property
    def figures(self) -> list[tuple[str, str, str]]:
        """(name, filter, count as text, empty for none)."""
        counted = zip(self.FIGURES.items(), self.counts, strict=True)
        return [(name, query, f"{count:,}" if count else "") for (name, query), count in counted]


@dataclass
class Tree[B: Branch]:
    """The branches from the top down; `totals` are of all of them, as their `FIGURES`."""

    branches: list[B]
    totals: list[int]

    @cached_property
    def by_key(self) -> dict[str, B]:
        return {branch.key: branch for branch in self.branches}

    @cached_property
    def parents(self) -> dict[int, int | None]:
        return {branch.id: branch.parent_id for branch in self.branches}

    def empty(self) -> set[int]:
        return {branch.id for branch in self.branches if branch.is_empty}

    def matching(self, text: str) -> set[int]:
        """Those of which a searched text contains this one, in any case."""
        wanted = text.casefold()
        return {
            branch.id
            for branch in self.branches
            if any(wanted in each.casefold() for each in branch.searched)
        }

    def line(self, category_id: int) -> set[int]:
        """The category and those above it."""
        found: set[int] = set()
        step: int | None = category_id
        while step in self.parents:
            found.add(step)
            step = self.parents[step]
        return found

    def below(self, category_id: int) -> set[int]:
        """The category and its subtree."""
        found = {category_id}
        for branch in self.branches:
            if branch.parent_id in found:
                found.add(branch.id)
        return found

    def shown(self, *, opened: Iterable[int]) -> list[B]:
        """The rows of the page: everything if that is little, else the upper levels and `opened`.

        Each opened category shows its children, and those above it are opened with it.
        """
        depth = open_levels(self.branches)
        wanted = set().union(*map(self.line, opened))
        rows: list[B] = []
        open_ids: set[int | None] = {None}
        for branch in self.branches:
            branch.is_open = branch.level < depth or branch.id in wanted
            if branch.parent_id in open_ids:
                rows.append(branch)
                if branch.is_open:
                    open_ids.add(branch.id)
        return rows

    def found(self, ids: set[int]) -> list[B]:
        """Only these and what stands above them; marked."""
        above = set().union(*map(self.line, ids))
        for branch in self.branches:
            branch.is_found = branch.id in ids
            branch.is_open = True
        return [branch for branch in self.branches if branch.id in above]


def open_levels(branches: Sequence[Branch]) -> int:
    """How many levels fit OPEN_ROWS; at least the first."""
    rows: dict[int, int] = defaultdict(int)
    for branch in branches:
        rows[branch.level] += 1
    total = 0
    for level in sorted(rows):
        total += rows[level]
        if total > OPEN_ROWS:
            return max(1, level - 1)
    return len(rows) + 1


def in_order[B: Branch](rows: Iterable[B]) -> Iterator[B]:
    """Siblings as they come, each before its children; without recursion: a tree may be deeper
    than Python's stack."""
    below: dict[int | None, list[B]] = defaultdict(list)
    for row in rows:
        below[row.parent_id].append(row)
    waiting = below[None][::-1]
    mark_ends(below[None])
    while waiting:
        branch = waiting.pop()
        children = below.get(branch.id, [])
        branch.children = len(children)
        mark_ends(children)
        for child in children:
            child.level = branch.level + 1
        waiting.extend(reversed(children))
        yield branch


def mark_ends(siblings: Sequence[Branch]) -> None:
    if siblings:
        siblings[0].is_first = siblings[-1].is_last = True


def siblings_in_order(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by("position", "name", "id")


def siblings_of(category: Any, parent_id: int | None) -> QuerySet[Any]:
    """The children of that parent; at the top those of the category's scope. In their order."""
    model: type[Model] = type(category)
    scope = model._meta.get_field(category.tree_scope).attname  # type: ignore[union-attr]
    found = model._default_manager.filter(parent=parent_id, **{scope: getattr(category, scope)})
    return siblings_in_order(found)
