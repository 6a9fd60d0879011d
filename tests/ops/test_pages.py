from __future__ import annotations

import pytest
from django.db import connection

from ops import pages
from ops.pages import EstimatedPaginator
from quizbank.models import Subject

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def seven_subjects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "COUNTED", 5)
    Subject.objects.bulk_create(Subject(code=f"s{n}", name=f"Subject {n}") for n in range(7))


def test_few_rows_are_counted() -> None:
    pages = EstimatedPaginator(Subject.objects.filter(code__lt="s3").order_by("code"), 2)
    assert (pages.count, pages.is_exact, pages.num_pages, pages.estimate) == (3, True, 2, 0)


def test_beyond_the_limit_a_filtered_list_says_more_than() -> None:
    pages = EstimatedPaginator(Subject.objects.exclude(code="s0").order_by("code"), 2)
    assert (pages.count, pages.is_exact, pages.num_pages, pages.estimate) == (5, False, 3, 0)


def test_beyond_the_limit_the_whole_list_is_estimated() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE subjects")
    pages = EstimatedPaginator(Subject.objects.order_by("code"), 2)
    assert (pages.count, pages.estimate) == (5, 7)


@pytest.mark.parametrize("few", [0, 5])
def test_a_page_is_the_same_however_few_are_found(
    monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(pages, "FEW", few)
    found = EstimatedPaginator(Subject.objects.filter(code__lt="s5").order_by("-code"), 2).page(2)
    assert ("ANY(ARRAY(" in str(found.object_list.query)) == bool(few)
    assert [each.code for each in found] == ["s2", "s1"]
