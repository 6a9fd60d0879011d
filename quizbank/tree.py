"""Reads of the category tree: its order, its counts rolled up, and what of it is shown at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q
from django.db.models.sql.constants import LOUTER
from django_cte import CTE, with_cte

from quizbank.models import Category, QuestionCategory
from quizbank.models.category import CategoryKind
from quizbank.queries import subtree_ids

# What is counted in a branch, and the question list's filter that shows just those.
FIGURES = {
    "All": "",
    "Active": "&status__exact=active",
    "Premium": "&is_premium__exact=1",
    "User generated": "&is_user_generated__exact=1",
}
# A tree of more rows than this comes with its lower levels closed.
OPEN_ROWS = 300
# More than this are not shown at once: nobody reads them, and the page would be slow.
SHOWN_ROWS = 1_000

KIND_LABELS = {value: str(label) for value, label in CategoryKind.choices}

# (primary category, other categories or None, all, active, premium, user generated)
type Placement = tuple[int, list[int] | None, int, int, int, int]


@dataclass(slots=True)
class Branch:
    """A category in the tree; `counts` are of distinct questions in it and below, as FIGURES."""

    id: int
    parent_id: int | None
    code: str
    name: str
    kind: str
    level: int = 1
    children: int = 0
    is_first: bool = False
    is_last: bool = False
    is_open: bool = False
    is_found: bool = False
    counts: list[int] = field(default_factory=lambda: [0] * len(FIGURES))

    @property
    def key(self) -> str:
        """For addresses, where no thousands are separated."""
        return str(self.id)

    @property
    def parent_key(self) -> str:
        return str(self.parent_id or "")

    @property
    def kind_label(self) -> str:
        return KIND_LABELS.get(self.kind, self.kind)

    @property
    def indent(self) -> int:
        """1 to 8: deeper levels stand no further to the right."""
        return min(self.level, 8)

    @property
    def is_empty(self) -> bool:
        return not self.counts[0]

    @property
    def figures(self) -> list[tuple[str, str, str]]:
        """(name, filter, count as text, empty for none)."""
        counted = zip(FIGURES.items(), self.counts, strict=True)
        return [(name, query, f"{count:,}" if count else "") for (name, query), count in counted]


@dataclass
class Tree:
    """The branches from the top down; `totals` are of the distinct questions in any of them."""

    branches: list[Branch]
    totals: list[int]

    @cached_property
    def parents(self) -> dict[int, int | None]:
        return {branch.id: branch.parent_id for branch in self.branches}

    def empty(self) -> set[int]:
        return {branch.id for branch in self.branches if branch.is_empty}

    def matching(self, text: str) -> set[int]:
        """Those whose code or name contains the text, in any case."""
        wanted = text.casefold()
        return {
            branch.id
            for branch in self.branches
            if wanted in branch.name.casefold() or wanted in branch.code.casefold()
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

    def shown(self, *, opened: Iterable[int]) -> list[Branch]:
        """The rows of the page: everything if that is little, else the upper levels and `opened`.

        Each opened category shows its children, and those above it are opened with it.
        """
        depth = open_levels(self.branches)
        wanted = set().union(*map(self.line, opened))
        rows: list[Branch] = []
        open_ids: set[int | None] = {None}
        for branch in self.branches:
            branch.is_open = branch.level < depth or branch.id in wanted
            if branch.parent_id in open_ids:
                rows.append(branch)
                if branch.is_open:
                    open_ids.add(branch.id)
        return rows

    def found(self, ids: set[int]) -> list[Branch]:
        """Only these and what stands above them; marked."""
        above = set().union(*map(self.line, ids))
        for branch in self.branches:
            branch.is_found = branch.id in ids
            branch.is_open = True
        return [branch for branch in self.branches if branch.id in above]


def open_levels(branches: list[Branch]) -> int:
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


def category_tree(*, exam_id: int | None) -> Tree:
    """The exam's branches (None: the shared ones) with counts; two queries."""
    branches = ordered_branches(exam_id=exam_id)
    return Tree(branches, roll_up(branches, placements(exam_id=exam_id)))


def ordered_branches(*, exam_id: int | None) -> list[Branch]:
    """Each category after its parent and before its next sibling; one query, nothing counted."""
    rows = Category.objects.filter(exam=exam_id).order_by("position", "name", "id")
    below: dict[int | None, list[Branch]] = defaultdict(list)
    for row in rows.values_list("id", "parent_id", "code", "name", "kind"):
        below[row[1]].append(Branch(*row))
    return list(walk(below))


def walk(below: dict[int | None, list[Branch]]) -> Iterator[Branch]:
    """Depth first, without recursion: a tree may be deeper than Python's stack."""
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


def mark_ends(siblings: list[Branch]) -> None:
    if siblings:
        siblings[0].is_first = siblings[-1].is_last = True


def placements(*, exam_id: int | None) -> list[Placement]:
    """How many questions stand in each combination of categories of the exam.

    A question has one primary category, so that only those which have others too need grouping by
    question.
    """
    others = CTE(
        QuestionCategory.objects.filter(is_primary=False, category__exam=exam_id)
        .values("question_id")
        .annotate(others=ArrayAgg("category_id", default=None)),
        name="others",
    )
    primaries = others.join(
        QuestionCategory.objects.filter(is_primary=True),
        question_id=others.col.question_id,
        _join_type=LOUTER,
    )
    rows = (
        with_cte(others, select=primaries)
        .annotate(others=others.col.others)
        .filter(Q(category__exam=exam_id) | Q(others__isnull=False))
        .values("category_id", "others")
        .annotate(
            all=Count("pk"),
            active=Count("pk", filter=Q(question__status="active")),
            premium=Count("pk", filter=Q(question__is_premium=True)),
            user_generated=Count("pk", filter=Q(question__is_user_generated=True)),
        )
    )
    return list(
        rows.values_list("category_id", "others", "all", "active", "premium", "user_generated")
    )


def roll_up(branches: list[Branch], placements: Iterable[Placement]) -> list[int]:
    """Add each question once to every branch that it stands in, however often it stands there.

    Returns the totals of all, as FIGURES.
    """
    by_id = {branch.id: branch for branch in branches}
    totals = [0] * len(FIGURES)
    lines: dict[int, frozenset[int]] = {}
    for branch in branches:
        lines[branch.id] = lines.get(branch.parent_id or 0, frozenset()) | {branch.id}
    for primary, others, *counts in placements:
        touched = frozenset().union(*(lines.get(key, ()) for key in (primary, *(others or ()))))
        for added in (totals, *(by_id[key].counts for key in touched)):
            for place, count in enumerate(counts):
                added[place] += count
    return totals


def moving(*, category_id: int) -> tuple[int, int]:
    """(categories, distinct questions) of the subtree, itself included."""
    keys = subtree_ids(category_id)
    placed = QuestionCategory.objects.filter(category_id__in=keys)
    return len(keys), placed.aggregate(questions=Count("question", distinct=True))["questions"]
