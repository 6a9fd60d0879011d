"""What the page of the tree shows."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ops.trees.reading import open_levels
from quizbank.models import Category, Exam
from quizbank.tree import Branch, category_tree
from tests.quizbank.category_tree.branches import (
    TREE,
    category,
    codes,
    place,
    shown,
    text,
)


def test_page_asks_as_many_queries_for_twenty_rows_as_for_one(editing: Client, exam: Exam) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            editing.get(TREE)
        return len(asked)

    root = category(exam, "R")
    place(root)
    queries()
    one = queries()
    for number in range(19):
        place(category(exam, f"C{number}", root), root)

    assert queries() == one


def test_rows_stand_in_order_after_their_parent(exam: Exam) -> None:
    late, early = category(exam, "2", position=2), category(exam, "1", position=1)
    category(exam, "2b", late, position=2)
    category(exam, "2a", late, position=1)
    category(exam, "1a", early)

    assert codes(exam) == ["1", "1a", "2", "2a", "2b"]


def test_deep_tree_is_read_without_recursion(exam: Exam) -> None:
    parent = None
    for number in range(60):
        parent = category(exam, f"D{number:02}", parent)
    branches = category_tree(exam_id=exam.pk).branches

    assert [branch.level for branch in branches] == list(range(1, 61))


def test_empty_branches_are_marked_and_found(editing: Client, exam: Exam) -> None:
    root = category(exam, "R")
    category(exam, "EMPTY", root)
    place(category(exam, "FULL", root))

    html = text(editing.get(TREE))

    assert "1 empty branch" in html
    assert shown(editing, f"exam={exam.pk}&empty=") == ["R", "EMPTY"]


def test_search_shows_what_matches_below_its_parents(editing: Client, exam: Exam) -> None:
    root = category(exam, "R")
    category(exam, "X1", root, name="Ωmega routing")
    category(exam, "X2", root)

    assert shown(editing, "q=ωMEGA") == ["R", "X1"]
    assert shown(editing, "q=x2") == ["R", "X2"]
    assert "No category matches." in text(editing.get(f"{TREE}?q=nothing"))


def test_large_tree_comes_with_its_lower_levels_closed(editing: Client, exam: Exam) -> None:
    roots = [category(exam, f"R{number:02}") for number in range(4)]
    Category.objects.bulk_create(
        Category(exam=exam, parent=root, code=f"{root.code}-{number:03}", name="Leaf")
        for root in roots
        for number in range(80)
    )

    assert shown(editing) == ["R00", "R01", "R02", "R03"]
    opened = shown(editing, f"exam={exam.pk}&open={roots[1].pk}")
    assert len(opened) == 84
    assert "R01-007" in opened
    leaf = Category.objects.get(code="R02-007")
    assert "R02-007" in shown(editing, f"exam={exam.pk}&at={leaf.pk}")


def test_levels_open_as_far_as_they_fit() -> None:
    def branches(*sizes: int) -> list[Branch]:
        return [
            Branch(0, None, "", "", "", level=level)
            for level, size in enumerate(sizes, 1)
            for _ in range(size)
        ]

    assert open_levels([]) == 1
    assert open_levels(branches(10, 100)) == 3
    assert open_levels(branches(10, 100, 5_000)) == 2
    assert open_levels(branches(5_000)) == 1


def test_thousands_of_siblings_are_not_all_shown(editing: Client, exam: Exam) -> None:
    Category.objects.bulk_create(
        Category(exam=exam, code=f"C{number:04}", name="Leaf") for number in range(1_003)
    )

    answer = editing.get(TREE)

    assert len(answer.context["rows"]) == 1_000
    assert "3 more rows are not shown" in text(answer)


def test_tree_without_exams_and_categories_says_what_to_do(editing: Client) -> None:
    assert "No categories yet: add the first one." in text(editing.get(TREE))


@pytest.mark.parametrize(
    "query", ["exam=999", "exam=x", "at=999999", "open=x", "add=77", "edit=x", "move=77"]
)
def test_strange_addresses_show_the_tree(editing: Client, bank: None, query: str) -> None:
    assert editing.get(f"{TREE}?{query}").status_code == 200


def test_names_are_escaped(editing: Client, exam: Exam) -> None:
    hostile = category(exam, "<b>code</b>", name="<script>alert(1)</script>")
    for query in ("", f"edit={hostile.pk}", f"move={hostile.pk}", "q=script"):
        html = editing.get(f"{TREE}?exam={exam.pk}&{query}").content.decode()
        assert "<script>alert" not in html
        assert "<b>code" not in html
