"""What the tree counts."""

from __future__ import annotations

from django.db import connection
from django.test import Client

from quizbank.models import Exam
from quizbank.tree import category_tree, moving
from tests.quizbank.category_tree.branches import (
    QUESTIONS,
    category,
    counts,
    place,
)


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
