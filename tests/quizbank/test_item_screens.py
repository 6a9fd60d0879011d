"""Item statistics where questions are listed and edited."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ops.models import Run
from ops.runner import perform
from ops.runs import enqueue
from quizbank import item_statistics
from quizbank.models import Exam, ExamStatistic, ItemStatistic, Question
from tests.quizbank.learning import run, value
from tests.quizbank.test_item_statistics import choices_of, items, meet
from tests.screens import visit_as

pytestmark = pytest.mark.django_db
LIST = "/admin/quizbank/question/"
# The able take the distractor of the first item, the others its key.
WRONG_KEY = [[0, 1, 1, 1]] * 12 + [[1, 0, 0, 0]] * 10 + [[1, 1, 0, 0]] * 3


@pytest.fixture
def bank(db: None) -> list[tuple[Any, Any]]:
    found = items(4)
    meet(found, WRONG_KEY)
    value("SELECT refresh_item_statistics(%s)", [revision for _, revision in found])
    return found


def page_of(question: Any) -> str:
    return reverse("admin:quizbank_question_change", args=[question])


def publish(question: Any) -> Any:
    revision = value(
        "INSERT INTO question_revisions (question_id, reason) VALUES (%s, '') RETURNING id",
        question,
    )
    run("UPDATE questions SET published_revision_id = %s WHERE id = %s", revision, question)
    return revision


# --- The list's own columns ----------------------------------------------------------------------
def test_question_carries_the_figures_of_its_published_revision(bank: list[Any]) -> None:
    suspect = Question.objects.get(pk=bank[0][0])

    statistic = ItemStatistic.objects.get(revision=bank[0][1])
    assert suspect.item_learners == 25
    assert suspect.item_facility == statistic.facility
    assert suspect.item_discrimination == statistic.discrimination
    assert "possible_wrong_key" in suspect.item_flags


def test_figures_are_no_edit(bank: list[Any]) -> None:
    before = Question.objects.values_list("version", "updated_at", "has_unpublished_changes")
    told = list(before.order_by("pk"))
    meet(bank, [[1, 1, 1, 1]])

    value("SELECT refresh_item_statistics(%s)", [revision for _, revision in bank])

    assert list(before.order_by("pk")) == told
    assert Question.objects.get(pk=bank[0][0]).item_learners == 26


def test_next_revision_starts_from_zero(bank: list[Any]) -> None:
    publish(bank[0][0])

    fixed = Question.objects.get(pk=bank[0][0])
    assert (fixed.item_learners, fixed.item_facility, fixed.item_flags) == (0, None, [])
    assert ItemStatistic.objects.filter(revision=bank[0][1]).exists()


def test_old_revision_leaves_the_list_alone(bank: list[Any]) -> None:
    publish(bank[0][0])

    value("SELECT refresh_item_statistics(%s)", [bank[0][1]])

    assert Question.objects.get(pk=bank[0][0]).item_learners == 0


# --- The run -------------------------------------------------------------------------------------
def compute(**given: Any) -> Run:
    order, _ = enqueue(operation=item_statistics.OPERATION, deliver=False, **given)
    perform(order.pk)
    order.refresh_from_db()
    assert order.status == "completed", order.error
    return order


@pytest.mark.django_db(transaction=True)
def test_run_computes_what_was_met_since_the_last_one() -> None:
    first, second = items(2), items(2)
    meet(first, [[1, 0], [0, 1]])
    run("UPDATE questions SET answered = true")
    assert compute(target="answered").figures["met"] == 2
    run("UPDATE ops_run SET started_at = now() + interval '2 hours'")
    run("UPDATE questions SET answered = true")
    assert compute(target="answered").figures["revisions"] == 0
    run("UPDATE ops_run SET started_at = now() - interval '1 second'")
    meet(second, [[1, 0], [0, 1]])

    compute(target="answered")

    assert ItemStatistic.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_run_for_an_exam_and_for_a_question() -> None:
    bank = items(2)
    exam = Exam.objects.create(code="NET", title="Networks")
    run("INSERT INTO question_exams (question_id, exam_id) VALUES (%s, %s)", bank[0][0], exam.pk)
    meet(bank, [[1, 0], [0, 1], [1, 1]], exam=exam.pk)

    compute(target=f"exam {exam.pk}", parameters={"exam": exam.pk})
    assert [row.revision_id for row in ItemStatistic.objects.all()] == [bank[0][1]]
    assert ExamStatistic.objects.get(exam=exam).sessions == 3

    compute(target="question", parameters={"question": str(bank[1][0])})
    assert ItemStatistic.objects.count() == 2


# --- The list ------------------------------------------------------------------------------------
def rows_of(client: Client, query: str) -> list[str]:
    answer = client.get(f"{LIST}?{query}")
    assert answer.status_code == 200
    return [str(question.pk) for question in answer.context["cl"].result_list]


@pytest.mark.parametrize(
    ("flag", "found"), [("possible_wrong_key", 1), ("none", 3), ("few", 1), ("bogus", 5)]
)
def test_list_by_what_the_figures_say(bank: list[Any], flag: str, found: int) -> None:
    items(1)
    query = f"flag={flag}"

    answer = visit_as("content").get(f"{LIST}?{query}")

    assert len(answer.context["cl"].result_list) == found


def test_sorts_keep_what_has_no_figures_last(bank: list[Any]) -> None:
    unanswered = str(items(1)[0][0])
    client = visit_as("content")
    columns = client.get(LIST).context["cl"].list_display

    for name in ("facility", "discrimination"):
        place = columns.index(name)
        up, down = rows_of(client, f"o={place}"), rows_of(client, f"o=-{place}")
        assert up[-1] == down[-1] == unanswered
        figures = {str(q.pk): getattr(q, f"item_{name}") for q in Question.objects.all()}
        assert [figures[key] for key in up[:-1]] == sorted(figures[key] for key in up[:-1])
        assert [figures[key] for key in down[:-1]] == [figures[key] for key in up[:-1]][::-1]


@pytest.mark.parametrize("name", ["learners", "facility", "discrimination"])
@pytest.mark.parametrize("way", ["", "-"])
def test_sorts_by_a_figure_read_an_index(name: str, way: str, bank: list[Any]) -> None:
    client = visit_as("superuser")
    place = client.get(LIST).context["cl"].list_display.index(name)

    with CaptureQueriesContext(connection) as captured:
        client.get(f"{LIST}?o={way}{place}")

    (rows,) = (q["sql"] for q in captured if f'ORDER BY "questions"."item_{name}"' in q["sql"])
    for way_out in ("seqscan", "sort", "incremental_sort"):
        run(f"SET LOCAL enable_{way_out} = off")
    plan = "\n".join(row[0] for row in run("EXPLAIN " + rows.replace("%", "%%")))
    assert f"using question_by_{name[:7]}" in plan
    assert "Sort" not in plan


def test_list_shows_figures_to_those_who_may_see_them(bank: list[Any]) -> None:
    for role, shown in {
        "content": True,
        "ops": True,
        "analysts": True,
        "moderators": False,
    }.items():
        text = visit_as(role).get(LIST).content.decode()
        assert ("Possible wrong key" in text) is shown, role


# --- The question's screen -----------------------------------------------------------------------
def test_screen_says_what_is_wrong_and_what_to_do(bank: list[Any]) -> None:
    text = visit_as("content").get(page_of(bank[0][0])).content.decode()

    assert "How revision 1 does" in text
    assert "Possible wrong key:" in text
    assert "Check the key first" in " ".join(text.split())
    assert "The able avoid it" in text
    assert "The able take it" in text
    assert text.count('class="item-chart"') == 2


def test_screen_of_a_new_revision_is_empty_and_shows_the_earlier(bank: list[Any]) -> None:
    publish(bank[0][0])
    client = visit_as("content")

    now = client.get(page_of(bank[0][0])).content.decode()
    assert "Nobody has answered revision 2 yet" in now
    assert "item-chart" not in now

    before = client.get(page_of(bank[0][0]), {"figures": "1"}).content.decode()
    assert "How revision 1 does" in before
    assert "Not live" in before
    for bogus in ("9", "x", "-1"):
        text = client.get(page_of(bank[0][0]), {"figures": bogus}).content.decode()
        assert "How revision 2 does" in text


def test_screen_without_figures(editor: User) -> None:
    draft = Question.objects.create(stem="Draft?")

    assert "item-statistics" not in visit_as("content").get(page_of(draft.pk)).content.decode()


def test_few_learners_and_undefined_figures_are_said(db: None) -> None:
    bank = items(2)
    meet(bank, [[1, 1], [1, 0]])
    value("SELECT refresh_item_statistics(%s)", [row[1] for row in bank])

    text = visit_as("content").get(page_of(bank[0][0])).content.decode()

    assert "Fewer than 20 learners" in text
    assert "Not defined" in text


def test_moderators_see_no_figures(bank: list[Any]) -> None:
    assert "item-statistics" not in visit_as("moderators").get(page_of(bank[0][0])).content.decode()


def test_recompute_is_for_content_and_ops(bank: list[Any]) -> None:
    address = reverse("admin:quizbank_question_compute", args=[bank[0][0]])

    analyst = visit_as("analysts")
    assert analyst.post(address).status_code == 403
    client = visit_as("content")
    assert client.get(address).status_code == 405
    order = Run.objects.get(pk=client.post(address).headers["Location"].split("/")[-3])
    again = client.post(address)

    assert order.parameters == {"question": str(bank[0][0])}
    assert str(order.pk) in again.headers["Location"]
    assert "Recompute" not in analyst.get(page_of(bank[0][0])).content.decode()


def test_page_asks_as_much_for_many_revisions_as_for_one(bank: list[Any]) -> None:
    client = visit_as("content")

    def asked() -> int:
        client.get(page_of(bank[0][0]))
        with CaptureQueriesContext(connection) as captured:
            client.get(page_of(bank[0][0]), {"figures": "1"})
        return len(captured)

    few = asked()
    for _ in range(9):
        publish(bank[0][0])

    assert asked() == few


def test_choice_without_text_of_its_key(bank: list[Any]) -> None:
    """Choices are those of the revision, not of the working copy."""
    run("DELETE FROM choices WHERE id = %s", choices_of(bank[1][1])[1])

    text = visit_as("content").get(page_of(bank[1][0])).content.decode()

    assert text.count('class="item-chart"') == 2
