"""What content staff do on the question screens, through the real views."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from quizbank.models import Question

LIST = "/admin/quizbank/question/"


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

    editing.post(f"{page(question).removesuffix('change/')}status/", {"status": "active"})

    question.refresh_from_db()
    assert not question.has_unpublished_changes
    assert question.published_revision is not None
    assert question.published_revision.number == 2


def test_restore_puts_the_first_revision_back(editing: Client, question: Question) -> None:
    stem = question.stem
    Question.objects.filter(pk=question.pk).update(stem="Something else entirely?")
    url = page(question).removesuffix("change/")
    editing.post(f"{url}status/", {"status": "active"})

    editing.post(f"{url}restore/", {"number": 1})

    question.refresh_from_db()
    assert question.stem == stem
    assert question.has_unpublished_changes
    assert question.choices.exists()


def test_revisions_page_compares_two(editing: Client, question: Question) -> None:
    Question.objects.filter(pk=question.pk).update(stem="Something else entirely?")
    url = page(question).removesuffix("change/")
    editing.post(f"{url}status/", {"status": "active"})

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
    assert client.post(f"{url}status/", {"status": "retired"}).status_code == 403
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
