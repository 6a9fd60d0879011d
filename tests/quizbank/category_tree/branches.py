"""Categories with questions, and their page."""

from __future__ import annotations

from html import unescape
from typing import Any

from django.test import Client

from quizbank.models import Category, Exam, Question, QuestionCategory
from quizbank.tree import category_tree

TREE = "/admin/quizbank/category/tree/"
QUESTIONS = "/admin/quizbank/question/"


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
