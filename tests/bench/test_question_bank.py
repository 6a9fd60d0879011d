"""Server time of what content staff wait for."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from quizbank.models import Category, Question

pytestmark = pytest.mark.django_db

LISTS = {
    "first page": "",
    "word": "?q=circuit",
    "rare words": "?q={rare}",
    "part of a word": "?q=ench+12",
    "category": "?category={category}",
    "category and word": "?category={category}&q=circuit",
    "exam": "?exam={exam}",
    "status": "?status__exact=in_review",
    "tag": "?tag=tag7",
    "sorted by stem": "?o=1",
}


@pytest.mark.parametrize("query", LISTS.values(), ids=list(LISTS))
def test_list(benchmark: Any, staff: Client, query: str) -> None:
    section = Category.objects.filter(parent=None).first()
    assert section
    rare = Question.objects.values_list("stem", flat=True).order_by("id")[5].split()[4]
    address = "/admin/quizbank/question/" + query.format(
        category=section.pk, exam=section.exam_id, rare=rare
    )
    assert "result" in benchmark(staff.get, address).content.decode()


def test_start_page(benchmark: Any, staff: Client) -> None:
    assert benchmark(staff.get, "/admin/").status_code == 200


def test_editing_screen(benchmark: Any, staff: Client) -> None:
    question = Question.objects.live().earliest("id")
    assert benchmark(staff.get, f"/admin/quizbank/question/{question.pk}/change/").context
