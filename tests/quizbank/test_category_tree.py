"""The tree of categories: its counts, and what editors do on its page."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ops.trees.reading import open_levels
from quizbank.models import Category, Exam, Question, QuestionCategory
from quizbank.tree import Branch, category_tree, moving

TREE = "/admin/quizbank/category/tree/"
QUESTIONS = "/admin/quizbank/question/"


@pytest.fixture
def exam(db: None) -> Exam:
    return Exam.objects.create(code="E", title="Exam")


def category(exam: Exam | None, code: str, parent: Category | None = None, **more: Any) -> Category:
    values = {"exam": exam, "code": code, "name": f"Name of {code}", "parent": parent}
    return Category.objects.create(**values | more)


def place(*categories: Category, **fields: Any) -> Question:
    """A question in these categories, the first one primary."""
    question = Question.objects.create(stem="What is asked here?", **fields)
    QuestionCategory.objects.bulk_create(
        QuestionCategory(question=question, category=each, is_primary=not number)
        for number, each in enumerate(categories)
    )
    return question


def counts(exam: Exam | None) -> dict[str, list[int]]:
    tree = category_tree(exam_id=exam.pk if exam else None)
    return {branch.code: branch.counts for branch in tree.branches}


def codes(exam: Exam | None) -> list[str]:
    return list(counts(exam))


def text(answer: Any) -> str:
    return unescape(answer.content.decode())


def post(client: Client, where: Category | None, verb: str, **sent: Any) -> str:
    middle = f"{where.pk}/" if where else ""
    return text(client.post(f"{TREE}{middle}{verb}/", sent, follow=True))


def shown(client: Client, query: str = "") -> list[str]:
    return [branch.code for branch in client.get(f"{TREE}?{query}").context["rows"]]


# --- counts --------------------------------------------------------------------------------------
def test_question_counts_in_its_branch_and_above(exam: Exam) -> None:
    root = category(exam, "R")
    left, right = category(exam, "L", root), category(exam, "S", root)
    place(left)
    place(left, is_premium=True)
    place(right, is_user_generated=True)

    assert counts(exam) == {"R": [3, 0, 1, 1], "L": [2, 0, 1, 0], "S": [1, 0, 0, 1]}


def test_question_placed_twice_in_a_subtree_counts_once(exam: Exam) -> None:
    root = category(exam, "R")
    left, right = category(exam, "L", root), category(exam, "S", root)
    place(left, right, root)
    place(left, right)

    tree = category_tree(exam_id=exam.pk)

    assert counts(exam) == {"R": [2, 0, 0, 0], "L": [2, 0, 0, 0], "S": [2, 0, 0, 0]}
    assert tree.totals == [2, 0, 0, 0]


def test_question_of_another_exam_counts_where_it_is_placed_too(exam: Exam) -> None:
    other = Exam.objects.create(code="O", title="Other")
    here, there, shared = category(exam, "H"), category(other, "T"), category(None, "S")
    place(there, here, shared)

    assert (counts(exam), counts(other), counts(None)) == (
        {"H": [1, 0, 0, 0]},
        {"T": [1, 0, 0, 0]},
        {"S": [1, 0, 0, 0]},
    )


def test_every_figure_is_what_its_link_shows(editing: Client, bank: None) -> None:
    exam = Exam.objects.get(code="NET")
    for branch in category_tree(exam_id=exam.pk).branches:
        for (_, query, _), count in zip(branch.figures, branch.counts, strict=True):
            listed = editing.get(f"{QUESTIONS}?category={branch.key}{query}").context["cl"]
            assert listed.result_count == count, (branch.code, query)


def test_counts_agree_with_plain_sql(bank: None) -> None:
    query = """
        WITH RECURSIVE below AS (
            SELECT id AS top, id FROM categories
            UNION ALL
            SELECT b.top, c.id FROM categories AS c JOIN below AS b ON c.parent_id = b.id
        )
        SELECT top, count(DISTINCT question_id),
            count(DISTINCT question_id) FILTER (WHERE q.status = 'active'),
            count(DISTINCT question_id) FILTER (WHERE q.is_premium),
            count(DISTINCT question_id) FILTER (WHERE q.is_user_generated)
        FROM below JOIN question_categories AS p ON p.category_id = below.id
        JOIN questions AS q ON q.id = p.question_id GROUP BY top
    """
    with connection.cursor() as cursor:
        cursor.execute(query)
        right = {top: list(figures) for top, *figures in cursor.fetchall()}

    for exam in Exam.objects.all():
        for branch in category_tree(exam_id=exam.pk).branches:
            assert branch.counts == right.get(branch.id, [0, 0, 0, 0]), branch.code


def test_moving_counts_the_subtree_with_distinct_questions(exam: Exam) -> None:
    root = category(exam, "R")
    left = category(exam, "L", root)
    place(root, left)
    place(left)

    assert moving(category_id=root.pk) == (2, 2)
    assert moving(category_id=left.pk) == (1, 2)


# --- what is shown -------------------------------------------------------------------------------
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


# --- writes --------------------------------------------------------------------------------------
def branch_fields(exam: Exam | None, parent: Category | None, **more: str) -> dict[str, Any]:
    return {
        "exam": exam.pk if exam else "",
        "parent": parent.pk if parent else "",
        "code": "NEW",
        "name": "New one",
        "kind": "topic",
    } | more


def test_added_category_is_the_last_child(editing: Client, exam: Exam) -> None:
    root = category(exam, "R")
    category(exam, "A", root, position=7)

    assert "NEW · New one added." in post(editing, None, "add", **branch_fields(exam, root))

    assert codes(exam) == ["R", "A", "NEW"]
    assert Category.objects.get(code="NEW").position == 8


def test_first_category_of_all_is_added_at_the_top(editing: Client, exam: Exam) -> None:
    post(editing, None, "add", **branch_fields(exam, None))
    post(editing, None, "add", **branch_fields(None, None))

    assert (codes(exam), codes(None)) == (["NEW"], ["NEW"])


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"code": "R"}, "This exam has a category with this code already."),
        ({"name": " "}, "This field is required."),
        ({"kind": "planet"}, "not one of the available choices"),
        ({"parent": "999999"}, "not one of the available choices"),
    ],
)
def test_refused_addition_keeps_what_was_typed(
    editing: Client, exam: Exam, fields: dict[str, str], reason: str
) -> None:
    root = category(exam, "R")

    html = post(editing, None, "add", **branch_fields(exam, root) | {"name": "Typed"} | fields)

    assert reason in html
    assert "parent" in fields or "name" in fields or "Typed" in html
    assert codes(exam) == ["R"]


def test_addition_below_another_exams_category_is_refused_by_the_database(
    editing: Client, exam: Exam
) -> None:
    other = Exam.objects.create(code="O", title="Other")
    root = category(other, "R")

    html = post(editing, None, "add", **branch_fields(exam, root))

    assert "belongs to the same exam as its parent" in html
    assert codes(exam) == []


def test_rename(editing: Client, exam: Exam) -> None:
    root = category(exam, "R")

    assert "Renamed to “Better”." in post(editing, root, "edit", name=" Better ")
    assert "Better is like that already." in post(editing, root, "edit", name="Better")
    assert "This field is required." in post(editing, root, "edit", name="  ")

    root.refresh_from_db()
    assert root.name == "Better"


def test_reorder_exchanges_neighbours(editing: Client, exam: Exam) -> None:
    root = category(exam, "R")
    a, b, c = (category(exam, code, root) for code in "abc")

    post(editing, c, "reorder", step="up")
    assert codes(exam) == ["R", "a", "c", "b"]
    post(editing, a, "reorder", step="down")
    assert codes(exam) == ["R", "c", "a", "b"]
    assert "stands at the end of its row already" in post(editing, b, "reorder", step="down")
    assert codes(exam) == ["R", "c", "a", "b"]


def test_reorder_at_the_top_leaves_other_exams_alone(editing: Client, exam: Exam) -> None:
    other = category(Exam.objects.create(code="O", title="Other"), "O", position=5)
    a, b = category(exam, "a"), category(exam, "b")

    post(editing, b, "reorder", step="up")

    assert codes(exam) == ["b", "a"]
    other.refresh_from_db()
    a.refresh_from_db()
    assert (other.position, a.position) == (5, 2)


def test_move_asks_with_the_number_of_categories_and_questions(editing: Client, exam: Exam) -> None:
    root, target = category(exam, "R"), category(exam, "T")
    child = category(exam, "C", root)
    place(child, root)
    place(child)

    html = post(editing, root, "move", parent=target.pk)

    assert "Move 2 categories with 2 questions" in html
    root.refresh_from_db()
    assert root.parent is None


def test_moved_subtree_takes_its_questions_along(editing: Client, exam: Exam) -> None:
    root, target = category(exam, "R"), category(exam, "T")
    child = category(exam, "C", root)
    question = place(child)

    html = post(editing, child, "move", parent=target.pk, confirmed="1", note="Belongs there")

    assert "C · Name of C stands below T · Name of T now." in html
    question.refresh_from_db()
    assert (question.system, question.topic) == (target, child)
    assert codes(exam) == ["R", "T", "C"]


def test_move_to_the_top(editing: Client, exam: Exam) -> None:
    root = category(exam, "R", position=3)
    child = category(exam, "C", root)

    post(editing, child, "move", parent="", confirmed="1")

    child.refresh_from_db()
    assert (child.parent, child.position) == (None, 4)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("C", "A category cannot stand below itself."),
        ("R", "A category cannot stand below itself."),
        ("O", "A category belongs to the same exam as its parent and its children."),
    ],
)
def test_move_that_the_database_refuses_is_explained(
    editing: Client, exam: Exam, target: str, reason: str
) -> None:
    root = category(exam, "R")
    category(exam, "C", root)
    category(Exam.objects.create(code="O", title="Other"), "O")
    parent = Category.objects.get(code=target)

    html = post(editing, root, "move", parent=parent.pk, confirmed="1")

    assert f"Nothing changed. {reason}" in html
    root.refresh_from_db()
    assert root.parent is None


def test_move_to_where_it_stands_changes_nothing(editing: Client, exam: Exam) -> None:
    root = category(exam, "R")
    child = category(exam, "C", root)

    assert "stands below R · Name of R already" in post(
        editing, child, "move", parent=root.pk, confirmed="1"
    )


def test_category_that_is_gone_is_said_so(editing: Client, exam: Exam) -> None:
    gone = category(exam, "G")
    Category.objects.filter(pk=gone.pk).delete()
    stays = category(exam, "S")

    for verb in ("edit", "move", "reorder"):
        assert "somebody deleted it" in post(editing, gone, verb, name="x")
    assert "somebody deleted it" in post(editing, stays, "move", parent=gone.pk, confirmed="1")


def test_answer_returns_to_the_tree_as_it_was(editing: Client, exam: Exam) -> None:
    root = category(exam, "R")
    back = f"exam={exam.pk}&q=name&open={root.pk}"

    answer = editing.post(f"{TREE}{root.pk}/edit/", {"name": "Name two", "back": back})

    assert answer.headers["Location"].startswith(TREE)
    for part in back.split("&"):
        assert part in answer.headers["Location"]


def test_form_of_a_category_explains_what_the_database_refuses(editing: Client, exam: Exam) -> None:
    root = category(exam, "R")
    child = category(exam, "C", root)
    sent = branch_fields(exam, child, code="R", name="Typed", position="1")

    html = text(editing.post(f"/admin/quizbank/category/{root.pk}/change/", sent))

    assert "A category cannot stand below itself." in html
    assert "Typed" in html


def test_viewers_see_the_tree_and_no_tools(client: Client, bank: None) -> None:
    user = User.objects.create_user("max", is_staff=True)
    user.groups.add(Group.objects.get(name="analysts"))
    client.force_login(user)
    first = Category.objects.order_by("pk").first()
    assert first

    html = text(client.get(f"{TREE}?exam={first.exam_id}&edit={first.pk}&add=0"))

    for tool in ("reorder/", "edit=", "add=", "move=", 'name="code"', 'name="name"'):
        assert tool not in html
    assert "Question bank" in html
