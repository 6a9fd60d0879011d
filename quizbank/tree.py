"""The category tree of an exam, with its counts rolled up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q
from django.db.models.sql.constants import LOUTER
from django_cte import CTE, with_cte

from ops.caching import remembered
from ops.trees import reading
from ops.trees.reading import Tree, in_order, siblings_in_order
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
KIND_LABELS = {value: str(label) for value, label in CategoryKind.choices}

# (primary category, other categories or None, all, active, premium, user generated)
type Placement = tuple[int, list[int] | None, int, int, int, int]


@dataclass(slots=True)
class Branch(reading.Branch):
    """`counts` are of distinct questions."""

    FIGURES: ClassVar[Mapping[str, str]] = FIGURES

    code: str
    kind: str

    @property
    def hint(self) -> str:
        return f"{self.code} · {KIND_LABELS.get(self.kind, self.kind)}"

    @property
    def searched(self) -> tuple[str, ...]:
        return (self.name, self.code)


def category_tree(*, exam_id: int | None) -> Tree[Branch]:
    """The exam's branches (None: the shared ones) with counts; two queries."""
    branches = ordered_branches(exam_id=exam_id)
    return Tree(branches, roll_up(branches, placements(exam_id=exam_id)))


def ordered_branches(*, exam_id: int | None) -> list[Branch]:
    """Each category after its parent and before its next sibling; one query, nothing counted."""
    rows = siblings_in_order(Category.objects.filter(exam=exam_id))
    found = rows.values_list("id", "parent_id", "name", "code", "kind")
    return list(in_order(Branch(*row) for row in found))


@remembered("category-tree")
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
