"""Category statistics on the screen."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ops.models import ViewState
from quizbank.models import Category, CategoryStatistic, Question

LIST = "/admin/quizbank/categorystatistic/"


def page(client: Client, query: str = "") -> str:
    answer = client.get(LIST + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_list_names_exams_and_categories_and_leads_to_the_questions(
    bank: None, editing: Client
) -> None:
    row = CategoryStatistic.objects.with_names().first()
    assert row is not None

    text = page(editing)

    assert f"{row.exam_code} · {row.exam_title}" in text
    assert f"{row.category_code} · {row.category_name}" in text
    link = f"?exam={row.exam_id}&amp;category={row.category_id}&amp;status__exact=active"
    assert link in text
    assert "As of" in text


def test_exam_filter_and_search_narrow_the_list(bank: None, editing: Client) -> None:
    row = CategoryStatistic.objects.filter(exam_code="NET").first()
    assert row is not None

    narrowed = editing.get(f"{LIST}?exam=NET&q={row.category_code}").context["cl"].result_list

    assert {each.exam_code for each in narrowed} == {"NET"}
    assert row in narrowed


def test_category_that_went_keeps_its_figure_without_a_link(bank: None, editing: Client) -> None:
    row = CategoryStatistic.objects.filter(exam_code="NET").first()
    assert row is not None
    Category.objects.filter(code=row.category_code).update(code="renamed")

    text = page(editing, f"?q={row.category_code}")

    assert row.category_code in text
    assert "status__exact=active" not in text


def test_before_the_first_refresh_it_says_so(bank: None, editing: Client) -> None:
    ViewState.objects.update(refreshed_at=None)
    assert "Nothing is counted before the first refresh." in page(editing)


def test_list_asks_as_often_for_many_rows_as_for_one(bank: None, editing: Client) -> None:
    def count(query: str) -> int:
        page(editing, query)
        with CaptureQueriesContext(connection) as queries:
            page(editing, query)
        return len(queries)

    one = CategoryStatistic.objects.first()
    assert one is not None
    assert CategoryStatistic.objects.count() > 5

    assert count("?q=") == count(f"?q={one.category_code}&exam={one.exam_code}")


def test_figures_lead_to_their_questions(bank: None, editing: Client) -> None:
    row = CategoryStatistic.objects.with_names().filter(total_questions=1).first()
    assert row is not None

    text = page(editing, f"?q={row.category_code}&exam={row.exam_code}")

    assert f"category={row.category_id}&amp;status__exact=active&amp;flag=unanswered" in text
    questions = "/admin/quizbank/question/?flag="
    assert editing.get(f"{questions}unanswered").context["cl"].result_count > 0
    Question.objects.filter(external_id="NET-001").update(item_flags=["very_hard"])
    assert [
        each.external_id for each in editing.get(f"{questions}any").context["cl"].result_list
    ] == ["NET-001"]


def test_list_sorts_by_each_figure(bank: None, editing: Client) -> None:
    for column in range(1, 13):
        assert "as_of" in editing.get(f"{LIST}?o=-{column}").context
