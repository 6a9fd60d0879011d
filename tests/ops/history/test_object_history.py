"""The History button: what happened to one object, field by field."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pghistory
import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from config.roles import ROLES
from ops.admin.history import HistoryAdmin
from ops.models import Run
from quizbank.models import Category, Choice, Exam, LightningQuestion, Question, Subject
from quizbank.models.placement import QuestionCategory
from tests.ops.history.conftest import edit, history_of

EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def entries(client: Client, thing: object, query: str = "") -> list[str]:
    """The text of each entry on the page, newest first."""
    html = client.get(history_of(thing) + query).content.decode()
    parts = re.findall(r'<li class="steward-card".*?</li>', html, re.DOTALL)
    return [" ".join(unescape(strip_tags(part)).split()) for part in parts]


def test_everything_that_content_staff_edit_has_a_history() -> None:
    editable = {name for name, verbs in ROLES["content"].items() if "change" in verbs}
    without = {
        model._meta.label_lower
        for model, screen in admin.site._registry.items()
        if model._meta.label_lower in editable and not isinstance(screen, HistoryAdmin)
    }

    # Imports record themselves, line by line; wheels are made of descriptors; who decided on
    # reports and likenesses, and who changed one of millions of descriptors, stands in the action
    # log.
    assert without == {
        "flavors.categoryimport",
        "flavors.descriptor",
        "flavors.descriptorimport",
        "flavors.flavorwheel",
        "flavors.termsimilarity",
        "quizbank.importbatch",
        "quizbank.problemreport",
        "quizbank.questionsimilarity",
    }


def test_entry_names_what_the_page_has_at_hand(editing: Client, exam: Exam) -> None:
    """The object's own keys are known without asking for them."""
    subject = Subject.objects.create(code="ROUTING", name="Routing")
    question = Question.objects.create(
        stem="Why?", kind="single", external_id="N-1", numbered_by=exam, subject=subject
    )

    (added,) = entries(editing, question)

    assert f"Numbered by {exam}" in added
    assert f"Subject {subject}" in added


def test_entry_says_who_when_how_and_what(editing: Client, lightning: LightningQuestion) -> None:
    edit(lightning, correct_answer="A watch", difficulty="insane", is_active=False)

    changed, added = entries(editing, lightning)

    assert changed.startswith("lin ")
    assert "Correct answer A clock → A watch" in changed
    assert "Difficulty Easy → Insane" in changed
    assert "Active Yes → No" in changed
    assert "System" in added
    assert "command load_demo" in added
    assert "Lightning question added" in added


def test_question_history_holds_its_choices_and_places(editing: Client, question: Question) -> None:
    exam = Exam.objects.create(code="N", title="Networks")
    dns = Category.objects.create(code="DNS", name="Names", kind="topic", exam=exam)
    with pghistory.context(username="lin"):
        question.choices.filter(position=2).update(text="8080")
        QuestionCategory.objects.create(question=question, category=dns, is_primary=True)
        question.exams.add(exam)
        Choice.objects.create(question=question, position=3, text="443")

    newest = entries(editing, question)[0]

    assert "Choice “8080” changed Text 80 → 8080" in newest
    assert "Choice “443” added" in newest
    assert "Category “DNS · Names” added" in newest
    assert "Exam “N · Networks” added" in newest


def test_edit_through_the_form_is_signed(
    editing: Client, editor: User, lightning: LightningQuestion
) -> None:
    sent = {
        "id": lightning.pk,
        "question": lightning.question,
        "correct_answer": "A wall clock",
        "question_type": lightning.question_type,
        "difficulty": lightning.difficulty,
        "is_active": "on",
    }
    editing.post(history_of(lightning, "change"), sent)

    newest = entries(editing, lightning)[0]

    assert newest.startswith(f"{editor.username} ")
    assert "lightning question, edit form" in newest


def test_name_stays_when_the_account_goes(
    editing: Client, lightning: LightningQuestion, django_user_model: type[User]
) -> None:
    gone = django_user_model.objects.create_user("mary")
    with pghistory.context(user=gone.pk, username="mary"):
        LightningQuestion.objects.update(correct_answer="A watch")
    gone.delete()

    assert entries(editing, lightning)[0].startswith("mary ")


def test_run_signs_with_its_title(editing: Client, lightning: LightningQuestion) -> None:
    run = Run.objects.create(operation="no_longer_declared", requested_by_name="omar")
    with pghistory.context(username="omar", run=str(run.pk)):
        LightningQuestion.objects.update(correct_answer="A watch")

    newest = entries(editing, lightning)[0]

    assert newest.startswith("omar ")
    assert "· run" in newest


def test_plain_sql_is_recorded_without_a_name(
    editing: Client, lightning: LightningQuestion
) -> None:
    with connection.cursor() as cursor:
        # As in a session of its own.
        cursor.execute("SET LOCAL pghistory.context_id = ''")
        cursor.execute("UPDATE public.lightning_round_questions SET correct_answer = 'Clocks'")

    newest = entries(editing, lightning)[0]

    assert "Not recorded" in newest
    assert "outside of Steward" in newest


def test_what_was_taken_back_at_once_is_no_difference(
    editing: Client, lightning: LightningQuestion
) -> None:
    with pghistory.context(username="lin"):
        LightningQuestion.objects.update(correct_answer="A watch")
        LightningQuestion.objects.update(correct_answer="A clock")

    assert "Nothing was different in the end." in entries(editing, lightning)[0]


def test_names_of_what_is_deleted(editing: Client, question: Question) -> None:
    subject = Subject.objects.create(code="dns", name="Names")
    edit(question, subject=subject)
    edit(question, subject=None)
    subject.delete()

    assert "Subject Names (deleted) → empty" in entries(editing, question)[0]


def test_nothing_of_a_person_is_markup(editing: Client, question: Question) -> None:
    with pghistory.context(username=EVIL, note=EVIL, url=f"/{EVIL}"):
        Question.objects.update(stem=EVIL, explanation=EVIL, tags=[EVIL])
        Choice.objects.filter(position=1).update(text=EVIL)

    address = history_of(question)
    for url in (address, f"{address}?person={EVIL}&field={EVIL}", *reverts(editing, address)):
        html = editing.get(url).content.decode()
        assert "<img src=x" not in html, url
        assert "<script>alert" not in html, url
        assert "&lt;script&gt;" in html, url


def reverts(client: Client, address: str) -> list[str]:
    html = unescape(client.get(address).content.decode())
    return re.findall(r'href="([^"]+/revert/[^"]+)"', html)


def test_long_history_has_pages(editing: Client, lightning: LightningQuestion) -> None:
    for number in range(25):
        edit(lightning, correct_answer=f"{number} clocks")

    assert len(entries(editing, lightning)) == 20
    assert len(entries(editing, lightning, "?page=2")) == 6
    assert len(entries(editing, lightning, "?page=99")) == 6
    assert "Page 1 of 2 · 26 entries" in editing.get(history_of(lightning)).content.decode()


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("person=lin", 2),
        ("person=System", 1),
        ("field=difficulty", 2),
        ("field=correct_answer", 2),
        ("person=lin&field=difficulty", 1),
        ("person=nobody", 3),
        ("day=yesterday", 3),
        ("field=no", 3),
    ],
)
def test_filters(editing: Client, lightning: LightningQuestion, query: str, count: int) -> None:
    edit(lightning, correct_answer="A watch")
    edit(lightning, difficulty="insane")

    assert len(entries(editing, lightning, f"?{query}")) == count


def test_filter_by_day(editing: Client, lightning: LightningQuestion) -> None:
    edit(lightning, correct_answer="A watch")
    today = timezone.localdate()

    assert len(entries(editing, lightning, f"?day={today}")) == 2
    assert entries(editing, lightning, f"?day={today - timedelta(days=2)}") == [
        "No entry matches the filter."
    ]


def test_filter_by_kind_of_row(editing: Client, question: Question) -> None:
    edit(question, difficulty="hard")
    edit(question.choices.get(position=2), text="8080")

    assert len(entries(editing, question, "?field=@choice")) == 2
    assert len(entries(editing, question, "?field=difficulty")) == 2


def test_object_that_never_was(editing: Client, lightning: LightningQuestion) -> None:
    answer = editing.get("/admin/quizbank/lightningquestion/nobody/history/")

    assert answer.status_code == 302


def test_queries_do_not_grow_with_entries(editing: Client, question: Question) -> None:
    edit(question, stem="Which port does HTTP use?")
    with CaptureQueriesContext(connection) as few:
        editing.get(history_of(question))
    for number in range(19):
        edit(question, stem=f"Which port does number {number} use?")
        edit(question.choices.get(position=2), text=f"{number}")
    with CaptureQueriesContext(connection) as many:
        editing.get(history_of(question))

    assert len(many) == len(few)
