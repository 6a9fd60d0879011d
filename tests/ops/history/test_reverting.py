"""The way back through the real views, and what refuses it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pghistory
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quizbank.models import Choice, Exam, LightningQuestion, Question, Subject
from tests.ops.history.conftest import edit, history_of
from tests.screens import visit_as


def offers(client: Client, thing: object) -> list[str]:
    """The addresses of the buttons of the history page, newest entry first."""
    html = unescape(client.get(history_of(thing)).content.decode())
    return re.findall(r'href="([^"]+/revert/[^"]+)"', html)


def asked(client: Client, address: str) -> tuple[dict[str, str], str]:
    """The confirmation's fields, and its text."""
    html = unescape(client.get(address).content.decode())
    fields = re.findall(r'<input type="hidden" name="(how|entry|seen)" value="([^"]*)"', html)
    return dict(fields), html


def press(client: Client, thing: object, sent: dict[str, Any]) -> str:
    answer = client.post(history_of(thing, "revert"), sent, follow=True)
    return unescape(answer.content.decode())


def test_undo_says_what_will_change_and_does_it(
    editing: Client, lightning: LightningQuestion
) -> None:
    edit(lightning, correct_answer="A watch", difficulty="insane")

    fields, html = asked(editing, offers(editing, lightning)[0])
    assert "1 row" in html
    assert "Insane" in html
    assert "Easy" in html
    after = press(editing, lightning, fields | {"note": "A watch has fingers."})

    lightning.refresh_from_db()
    assert (lightning.correct_answer, lightning.difficulty) == ("A clock", "easy")
    assert "Put back." in after
    assert "A watch has fingers." in after


def test_undo_leaves_later_edits_of_other_fields(
    editing: Client, lightning: LightningQuestion
) -> None:
    edit(lightning, correct_answer="A watch")
    edit(lightning, difficulty="insane")

    undo = [url for url in offers(editing, lightning) if "how=undo" in url][1]
    press(editing, lightning, asked(editing, undo)[0])

    lightning.refresh_from_db()
    assert (lightning.correct_answer, lightning.difficulty) == ("A clock", "insane")


def test_put_back_to_here_takes_back_all_that_came_later(
    editing: Client, question: Question
) -> None:
    edit(question, stem="Which port does HTTP use?")
    first = question.choices.get(position=1)
    edit(first, is_correct=False)
    edit(question.choices.get(position=2), is_correct=True)
    with pghistory.context(username="lin"):
        first.delete()
        Choice.objects.create(question=question, position=3, text="443")

    address = offers(editing, question)[-1]
    assert "how=state" in address
    press(editing, question, asked(editing, address)[0])

    question.refresh_from_db()
    assert question.stem == "Which port does DNS use?"
    rows = list(question.choices.order_by("position").values_list("text", "is_correct"))
    assert rows == [("53", True), ("80", False)]


def test_deleted_object_comes_back_with_its_rows(editing: Client, question: Question) -> None:
    pk = question.pk
    with pghistory.context(username="lin"):
        Question.objects.get(pk=pk).delete()

    press(editing, question, asked(editing, offers(editing, question)[0])[0])

    again = Question.objects.get(pk=pk)
    assert again.stem == "Which port does DNS use?"
    assert [choice.text for choice in again.choices.order_by("position")] == ["53", "80"]


def test_deleted_object_offers_what_can_bring_it_back(editing: Client, question: Question) -> None:
    edit(question, difficulty="hard")
    with pghistory.context(username="lin"):
        Question.objects.filter(pk=question.pk).delete()

    ways = [re.sub(r".*how=(\w+).*", r"\1", url) for url in offers(editing, question)]
    assert ways == ["undo", "state", "state"]
    html = asked(editing, offers(editing, question)[-1])[1]
    assert "it comes back as it was right after this entry" in html
    press(editing, question, asked(editing, offers(editing, question)[-1])[0])

    assert Question.objects.get(pk=question.pk).difficulty == "medium"


def test_change_meanwhile_is_refused_and_shown(
    editing: Client, lightning: LightningQuestion
) -> None:
    edit(lightning, correct_answer="A watch")
    fields, _ = asked(editing, offers(editing, lightning)[0])
    edit(lightning, difficulty="insane")

    html = press(editing, lightning, fields)

    lightning.refresh_from_db()
    assert "Nothing was changed. It has changed meanwhile." in html
    assert (lightning.correct_answer, lightning.difficulty) == ("A watch", "insane")


def test_database_refuses_in_words(editing: Client, exam: Exam) -> None:
    edit(exam, code="OLD")
    Exam.objects.create(code="N", title="Another")

    html = press(editing, exam, asked(editing, offers(editing, exam)[0])[0])

    exam.refresh_from_db()
    assert exam.code == "OLD"
    assert "Nothing was changed." in html


def test_key_to_what_is_gone_stands_in_the_way_or_stays(
    editing: Client, question: Question
) -> None:
    subject = Subject.objects.create(code="dns", name="Names")
    edit(question, subject=subject)
    edit(question, subject=None, difficulty="hard")
    subject.delete()

    fields, html = asked(editing, offers(editing, question)[0])
    press(editing, question, fields)

    question.refresh_from_db()
    assert "Subject cannot be “Names (deleted)” again." in html
    assert (question.subject, question.difficulty) == (None, "medium")


def test_status_is_never_put_back(editing: Client, question: Question) -> None:
    edit(question, status="in_review", difficulty="hard")

    press(editing, question, asked(editing, offers(editing, question)[0])[0])

    question.refresh_from_db()
    assert (question.status, question.difficulty) == ("in_review", "medium")


def test_status_alone_offers_no_way_back(editing: Client, question: Question) -> None:
    edit(question, status="in_review")

    assert [url for url in offers(editing, question) if "how=undo" in url] == []


@pytest.mark.parametrize("role", ["moderators", "ops", "analysts"])
def test_those_who_only_look_cannot_revert(role: str, lightning: LightningQuestion) -> None:
    edit(lightning, correct_answer="A watch")
    client = visit_as(role)

    assert client.get(history_of(lightning)).status_code == 200
    assert offers(client, lightning) == []
    for method in (client.get, client.post):
        assert method(history_of(lightning, "revert"), {"entry": "1"}).status_code == 403


def test_looking_changes_nothing(editing: Client, lightning: LightningQuestion) -> None:
    edit(lightning, correct_answer="A watch")

    asked(editing, offers(editing, lightning)[0])

    lightning.refresh_from_db()
    assert lightning.correct_answer == "A watch"


def test_queries_of_the_confirmation_do_not_grow_with_rows(
    editing: Client, question: Question
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            html = editing.get(offers(editing, question)[0]).content.decode()
        assert "What will change now" in html
        return len(captured)

    edit(question.choices.get(position=2), text="8080")
    few = queries()
    with pghistory.context(username="lin"):
        for position in range(3, 23):
            Choice.objects.create(question=question, position=position, text=f"{position}")

    assert queries() == few


@pytest.mark.parametrize("entry", ["", "x", "-1", "9" * 30, "1e3", "123456789012"])
def test_nonsense_sends_back_to_the_history(
    editing: Client, lightning: LightningQuestion, entry: str
) -> None:
    answer = editing.get(history_of(lightning, "revert"), {"entry": entry})

    assert answer.status_code == 302
    assert answer.headers["Location"] == history_of(lightning)


def test_way_back_is_history_too(
    editing: Client, editor: User, lightning: LightningQuestion
) -> None:
    edit(lightning, correct_answer="A watch")
    press(editing, lightning, asked(editing, offers(editing, lightning)[0])[0])

    press(editing, lightning, asked(editing, offers(editing, lightning)[0])[0])

    lightning.refresh_from_db()
    assert lightning.correct_answer == "A watch"
    html = editing.get(history_of(lightning)).content.decode()
    assert html.count("Undid the change of") == 2
    assert html.count(f"<strong>{editor.username}</strong>") == 2
