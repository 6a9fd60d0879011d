"""What editors do on the page of the tree."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from quizbank.models import Category, Exam
from tests.quizbank.category_tree.branches import (
    TREE,
    category,
    codes,
    place,
    post,
    text,
)


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
