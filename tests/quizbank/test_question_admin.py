"""What content staff do on the question screens, through the real views."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from quizbank.limits import TEXT_LENGTH
from quizbank.models import Category, Exam, Question

LIST = "/admin/quizbank/question/"


@pytest.fixture
def bank(shared_bank: None, db: None) -> None:
    """Made once for all of them."""


def page(question: Question) -> str:
    return reverse("admin:quizbank_question_change", args=[question.pk])


def form_of(client: Client, url: str) -> dict[str, Any]:
    """The fields of the page's main form, as a browser would send them."""
    form = client.get(url).context["adminform"].form
    sent: dict[str, Any] = {}
    for bound in form:
        value = bound.field.prepare_value(bound.value()) if bound.value() is not None else ""
        if value is not False:
            sent[bound.html_name] = value
    for formset in client.get(url).context["inline_admin_formsets"]:
        for part in [formset.formset.management_form, *formset.formset.forms]:
            for bound in part:
                value = bound.value()
                if value not in (None, False):
                    sent[bound.html_name] = value
    return sent


def press(client: Client, question: Question, status: str, **edits: str) -> str:
    """Press a status button of the form; the page that follows, as text."""
    sent = form_of(client, page(question)) | {"_status": status, "_note": "Because."} | edits
    return unescape(client.post(page(question), sent, follow=True).content.decode())


def test_list_shows_the_bank_and_counts(editing: Client, bank: None) -> None:
    html = editing.get(LIST).content.decode()

    assert "NET-001" in html or "60" in html


@pytest.mark.parametrize(
    "query",
    [
        "q=ospf",
        "q=NET-0",
        "status__exact=active",
        "kind__exact=numeric",
        "has_unpublished_changes__exact=1",
        "explanation=none",
        "tag=ospf",
        "category=1",
        "exam=1",
        "category=zero",
    ],
)
def test_list_answers_every_filter(editing: Client, bank: None, query: str) -> None:
    assert editing.get(f"{LIST}?{query}").status_code == 200


def test_search_finds_by_external_id(editing: Client, bank: None) -> None:
    shown = editing.get(f"{LIST}?q=PGA-003").context["cl"].result_list

    assert [question.external_id for question in shown] == ["PGA-003"]


def test_edit_of_a_live_question_makes_unpublished_changes(
    editing: Client, question: Question
) -> None:
    sent = form_of(editing, page(question)) | {"stem": "What does a router forward by?"}

    answer = editing.post(page(question), sent)

    question.refresh_from_db()
    assert answer.status_code == 302
    assert question.has_unpublished_changes
    assert "Unpublished changes" in editing.get(page(question)).content.decode()


def test_publish_after_an_edit_makes_revision_two(editing: Client, question: Question) -> None:
    Question.objects.filter(pk=question.pk).update(stem="What does a router forward by?")

    press(editing, question, "active")

    question.refresh_from_db()
    assert not question.has_unpublished_changes
    assert question.published_revision is not None
    assert question.published_revision.number == 2


def test_restore_puts_the_first_revision_back(editing: Client, question: Question) -> None:
    stem = question.stem
    Question.objects.filter(pk=question.pk).update(stem="Something else entirely?")
    url = page(question).removesuffix("change/")
    press(editing, question, "active")

    editing.post(f"{url}restore/", {"number": 1})

    question.refresh_from_db()
    assert question.stem == stem
    assert question.has_unpublished_changes
    assert question.choices.exists()


def test_revisions_page_compares_two(editing: Client, question: Question) -> None:
    Question.objects.filter(pk=question.pk).update(stem="Something else entirely?")
    url = page(question).removesuffix("change/")
    press(editing, question, "active")

    html = editing.get(f"{url}revisions/?left=1&right=2").content.decode()

    assert "Something else entirely?" in html


def test_second_editor_is_told_and_loses_nothing(editing: Client, question: Question) -> None:
    sent = form_of(editing, page(question)) | {"stem": "Mine"}
    Question.objects.filter(pk=question.pk).update(stem="Theirs")

    answer = editing.post(page(question), sent)
    html = unescape(answer.content.decode())
    question.refresh_from_db()

    assert question.stem == "Theirs"
    assert "Somebody else changed this question" in html
    assert "Mine" in html


def test_bulk_publish_asks_with_the_count_then_reports_each(editing: Client, bank: None) -> None:
    chosen = [str(q.pk) for q in Question.objects.filter(status="in_review")[:3]]
    asked = editing.post(LIST, {"action": "publish", "_selected_action": chosen})
    done = editing.post(LIST, {"action": "publish", "_selected_action": chosen, "confirmed": "1"})

    assert "3 questions" in asked.content.decode()
    assert Question.objects.filter(pk__in=chosen, status="active").count() == 3
    assert len(re.findall("Published as revision 1", done.content.decode())) == 3


def test_bulk_publish_refuses_one_and_does_the_other(editing: Client, bank: None) -> None:
    bad, good = Question.objects.filter(status="in_review", kind="single")[:2]
    bad.choices.update(is_correct=False)

    editing.post(
        LIST,
        {"action": "publish", "_selected_action": [bad.pk, good.pk], "confirmed": "1"},
    )

    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.status, good.status) == ("in_review", "active")


def test_preview_never_runs_what_a_stem_holds(editing: Client, question: Question) -> None:
    html = editing.post(
        f"{LIST}preview/",
        {"stem": "<script>alert(1)</script> **bold** [x](javascript:alert(1))", "choice": "<b>x"},
    ).content.decode()

    assert "<script>" not in html
    assert "javascript:" not in html.replace("](javascript:alert(1))", "")
    assert "<strong>bold</strong>" in html
    assert "&lt;b&gt;x" in html


@pytest.mark.parametrize("group", ["moderators", "ops", "analysts"])
def test_other_roles_look_but_do_not_touch(db: None, question: Question, group: str) -> None:
    user = User.objects.create_user(group, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    url = page(question).removesuffix("change/")

    assert client.get(LIST).status_code == 200
    assert client.get(page(question)).status_code == 200
    assert client.get(f"{url}revisions/").status_code == 200
    assert client.post(page(question), {"_status": "retired"}).status_code == 403
    assert client.post(f"{url}restore/", {"number": 1}).status_code == 403


def test_stranger_is_sent_to_the_login(db: None) -> None:
    assert Client().get(LIST).status_code == 302


@pytest.mark.parametrize("rows", [1, 20])
def test_list_takes_as_many_queries_for_20_rows_as_for_1(
    editing: Client, bank: None, rows: int, django_assert_max_num_queries: Any
) -> None:
    kept = Question.objects.values("pk")[:rows]
    Question.objects.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()

    with django_assert_max_num_queries(16):
        editing.get(LIST)


def test_press_saves_and_publishes_in_one_step(editing: Client, question: Question) -> None:
    html = press(editing, question, "active", stem="What does a router forward by?")

    question.refresh_from_db()
    assert question.published_revision
    assert question.published_revision.content["stem"] == "What does a router forward by?"
    assert question.published_revision.reason == "Because."
    assert "Published as revision 2." in html


def test_press_after_edits_that_no_learner_sees_has_nothing_to_publish(
    editing: Client, question: Question
) -> None:
    html = press(editing, question, "active", tags="lan, wan")

    question.refresh_from_db()
    assert question.tags == ["lan", "wan"]
    assert question.revisions.count() == 1
    assert "Your edits are saved. Learners see none of them: there is nothing to publish." in html
    assert "Refused" not in html


def test_press_that_is_refused_keeps_the_edits_and_names_the_problem(
    editing: Client, bank: None
) -> None:
    draft = Question.objects.filter(status="draft", kind="single")[0]
    draft.choices.update(is_correct=False)

    html = press(editing, draft, "active", stem="An edit that must stay?")

    draft.refresh_from_db()
    assert (draft.status, draft.stem) == ("draft", "An edit that must stay?")
    assert "Your edits are saved. Refused:" in html
    assert "exactly one correct choice; this one has 0" in html


def test_press_that_the_state_does_not_offer_is_forbidden(
    editing: Client, question: Question
) -> None:
    sent = form_of(editing, page(question)) | {"_status": "draft"}

    assert editing.post(page(question), sent).status_code == 403


def test_refusal_of_the_database_keeps_the_text(editing: Client, question: Question) -> None:
    sent = form_of(editing, page(question)) | {"stem": "Typed for an hour"}
    removed = {
        name: ""
        for name in sent
        if name.startswith("questioncategory_set-") and name.endswith("-is_primary")
    }
    sent = {name: value for name, value in sent.items() if name not in removed}

    answer = editing.post(page(question), sent)

    assert answer.status_code == 200
    assert "Typed for an hour" in answer.content.decode()
    assert "primary" in str(answer.context["adminform"].form.non_field_errors())
    question.refresh_from_db()
    assert question.stem != "Typed for an hour"


@pytest.mark.parametrize(
    ("action", "form", "check"),
    [
        ("add_tag", {"tag": "Fresh"}, {"tags__contains": ["fresh"]}),
        ("set_difficulty", {"difficulty": "hard"}, {"difficulty": "hard"}),
        ("add_exam", {"exam": "COF"}, {"exams__code": "COF"}),
        ("move_to_category", {"category": "COF"}, {"system__exam__code": "COF"}),
    ],
)
def test_bulk_edit_asks_does_and_reports(
    editing: Client, bank: None, action: str, form: dict[str, str], check: dict[str, Any]
) -> None:
    keys = {
        "exam": lambda code: Exam.objects.get(code=code).pk,
        "category": lambda code: Category.objects.filter(exam__code=code, parent=None)[0].pk,
    }
    form = {name: keys.get(name, str)(value) for name, value in form.items()}
    chosen = [str(q.pk) for q in Question.objects.filter(external_id__startswith="NET-00")[:3]]
    sent = {"action": action, "_selected_action": chosen}

    asked = editing.post(LIST, sent).content.decode()
    unfilled = editing.post(LIST, sent | {"confirmed": "1"})
    done = editing.post(LIST, sent | {"confirmed": "1"} | form)
    again = editing.post(LIST, sent | {"confirmed": "1"} | form).content.decode()

    assert "3 questions" in asked
    assert "outcomes" not in unfilled.context_data
    assert done.context_data["outcomes"]
    assert Question.objects.filter(pk__in=chosen, **check).count() == 3
    assert again.count("Refused:") == 3


@pytest.mark.parametrize(
    ("add", "remove", "form"),
    [("add_tag", "remove_tag", {"tag": "x1"}), ("add_exam", "remove_exam", {"exam": "PGA"})],
)
def test_bulk_removal_takes_back_what_was_added(
    editing: Client, question: Question, add: str, remove: str, form: dict[str, str]
) -> None:
    if "exam" in form:
        form = {"exam": str(Exam.objects.get(code="PGA").pk)}
    before = (question.tags, set(question.exams.values_list("code", flat=True)))
    sent = {"_selected_action": [str(question.pk)], "confirmed": "1"} | form

    editing.post(LIST, sent | {"action": add})
    editing.post(LIST, sent | {"action": remove})

    question.refresh_from_db()
    assert (question.tags, set(question.exams.values_list("code", flat=True))) == before


def test_select_across_takes_the_whole_filtered_list(editing: Client, bank: None) -> None:
    first = Question.objects.filter(kind="numeric")[0]
    count = Question.objects.filter(kind="numeric").count()

    asked = editing.post(
        f"{LIST}?kind__exact=numeric",
        {"action": "add_tag", "_selected_action": [str(first.pk)], "select_across": "1"},
    )

    assert f"{count} questions" in asked.content.decode()


@pytest.mark.parametrize("column", range(1, 11))
def test_list_sorts_by_each_column(editing: Client, bank: None, column: int) -> None:
    answer = editing.get(f"{LIST}?o={column}")

    assert column in answer.context["cl"].get_ordering_field_columns()


@pytest.mark.parametrize("way", ["", "-"])
def test_list_by_stem_reads_an_index(editing: Client, bank: None, way: str) -> None:
    """Which holds the longest of stems, too."""
    longest = "".join(chr(0x20000 + n * n % 40_009) for n in range(TEXT_LENGTH))
    for stem in (f"\U0001f9d1{longest[1:]}", f"Zz{longest[2:]}", "A"):
        Question.objects.create(stem=stem)

    with CaptureQueriesContext(connection) as captured:
        shown = editing.get(f"{LIST}?o={way}1").context["cl"].result_list

    stems = [question.stem for question in shown]
    assert stems == sorted(stems, reverse=bool(way))
    (rows,) = (each["sql"] for each in captured if "ORDER BY LEFT(" in each["sql"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {rows}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "using question_in_order_of_stem" in plan
    assert 'Presorted Key: ("left"(' in plan


def test_list_filters_by_author(editing: Client, editor: User, bank: None) -> None:
    Question.objects.filter(external_id="NET-001").update(author=editor)

    shown = editing.get(f"{LIST}?author={editor.pk}").context["cl"].result_list

    assert [question.external_id for question in shown] == ["NET-001"]


def test_figures_are_edited_one_a_line(editing: Client, question: Question) -> None:
    sent = form_of(editing, page(question)) | {"media": "T1 | A mesh of four routers\nT2"}

    editing.post(page(question), sent)

    question.refresh_from_db()
    assert question.media == [{"name": "T1", "alt": "A mesh of four routers"}, {"name": "T2"}]


@pytest.mark.parametrize("query", ["category=²", "exam=²", "topic=²", "category=" + "9" * 40])
def test_filter_by_what_is_no_number_is_survived(editing: Client, query: str) -> None:
    assert editing.get(f"/admin/quizbank/question/?{query}", follow=True).status_code == 200
