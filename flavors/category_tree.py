"""The tree of flavor categories in its order, with what stands in each branch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from django.db.models import Count, Sum

from flavors.categories import subtree_ids
from flavors.models import FlavorCategory, Term
from flavors.wheels.colors import GREY, contrast, ink_on
from ops.trees import reading
from ops.trees.reading import Tree, in_order

# What is counted in a branch, and the term list's filter that shows just those.
FIGURES = {"Terms": "&merged=no", "Uses": "&merged=no"}


@dataclass(slots=True)
class Branch(reading.Branch):
    """`color` is its own or empty; `shade` is that of the next one above that has one."""

    FIGURES: ClassVar[Mapping[str, str]] = FIGURES

    color: str
    shade: str = field(default=GREY, kw_only=True)

    @property
    def lent(self) -> str:
        return "A shade of what is above it" if self.parent_id else "No colour yet"

    @property
    def ink(self) -> str:
        return ink_on(self.shade)

    @property
    def contrast(self) -> str:
        """Of letters on it, 1 to 21."""
        return f"{contrast(self.ink, self.shade):.1f}"


def flavor_tree(*, kind: str) -> Tree[Branch]:
    """Terms that stand for themselves, and their uses with what was merged into them."""
    branches = ordered_branches(kind=kind)
    known = {branch.id: branch for branch in branches}
    for category, terms, uses in [*in_categories(), *of_merged_terms()]:
        if category in known:
            known[category].counts = [
                count + more
                for count, more in zip(known[category].counts, (terms, uses), strict=True)
            ]
    return Tree(branches, sum_up(branches, known))


def ordered_branches(*, kind: str | None = None) -> list[Branch]:
    """Of one kind or all of them, nothing counted; one query."""
    rows = FlavorCategory.objects.order_by("kind", "position", "name", "id")
    if kind:
        rows = rows.filter(kind=kind)
    values = rows.values_list("id", "parent_id", "name", "color")
    found = list(in_order(Branch(*row) for row in values))
    shades: dict[int | None, str] = {None: GREY}
    for branch in found:
        branch.shade = shades[branch.id] = branch.color or shades[branch.parent_id]
    return found


def in_categories() -> Iterable[tuple[int, int, int]]:
    """Uses index: term_by_category."""
    rows = Term.objects.survivors().filter(category__isnull=False).order_by()
    return rows.values_list("category").annotate(Count("pk"), Sum("usage_count"))  # type: ignore[return-value]


def of_merged_terms() -> Iterable[tuple[int, int, int]]:
    """Uses index: term_is_merged."""
    rows = Term.objects.filter(canonical__category__isnull=False).order_by()
    found = rows.values_list("canonical__category").annotate(Sum("usage_count"))
    return ((category, 0, uses) for category, uses in found)


def sum_up(branches: list[Branch], known: Mapping[int, Branch]) -> list[int]:
    """Each parent gets what its children have; the totals of all."""
    for branch in reversed(branches):
        if branch.parent_id is not None:
            above = known[branch.parent_id]
            above.counts = [sum(pair) for pair in zip(above.counts, branch.counts, strict=True)]
    tops = [branch.counts for branch in branches if branch.parent_id is None]
    return [sum(column) for column in zip(*tops, strict=True)] or [0] * len(FIGURES)


def moving(*, category_id: int) -> tuple[int, int, int]:
    """(categories, terms, uses) of the subtree, itself included."""
    keys = set(subtree_ids(category_id))
    counted = [row for row in (*in_categories(), *of_merged_terms()) if row[0] in keys]
    return len(keys), sum(row[1] for row in counted), sum(row[2] for row in counted)
