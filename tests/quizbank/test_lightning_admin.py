"""The lightning bank's screens."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quizbank.models import LightningQuestion

LIST = "/admin/quizbank/lightningquestion/"
ADD = f"{LIST}add/"
DRAW = f"{LIST}draw/"


@pytest.mark.django_db
def test_indexes_bear_the_names_that_other_systems_know() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, substring(indexdef FROM 'btree (.*)$') FROM pg_indexes"
            " WHERE tablename = 'lightning_round_questions' AND indexname LIKE 'idx_%'"
        )
        found = dict(cursor.fetchall())

    assert found == {
        "idx_lightning_questions_difficulty": "(difficulty)",
        "idx_lightning_questions_type": "(question_type)",
        "idx_lightning_questions_difficulty_type": "(difficulty, question_type)",
    }


def a_question(key: str, **fields: Any) -> LightningQuestion:
    values = {
        "question": f"What is {key}?",
        "correct_answer": key,
        "question_type": "math",
        "difficulty": "easy",
    }
    return LightningQuestion.objects.create(id=key, **values | fields)


def choose(client: Client, action: str, *keys: str, **more: str) -> Any:
    sent = {"action": action, "_selected_action": list(keys)} | more
    return client.post(LIST, sent, follow=True)


def text(answer: Any) -> str:
    return unescape(answer.content.decode())


def test_list_shows_how_many_of_each_kind_are_active(editing: Client) -> None:
    a_question("one")
    a_question("two", is_active=False)
    a_question("three", difficulty="insane", question_type="brain_teaser")

    grid = editing.get(LIST).context["grid"]

    counts = {
        row["label"]: [(cell["active"], cell["total"]) for cell in row["cells"]] for row in grid
    }
    assert counts["Easy"] == [(0, 0), (0, 0), (1, 2), (0, 0), (1, 2)]
    assert counts["All"] == [(0, 0), (1, 1), (1, 2), (0, 0), (2, 3)]


def test_each_figure_leads_to_its_questions(editing: Client, bank: None) -> None:
    for row in editing.get(LIST).context["grid"]:
        for cell in row["cells"]:
            shown = editing.get(f"{LIST}?{cell['query']}").context["cl"].result_count
            assert shown == cell["total"], cell


def test_list_asks_as_many_queries_for_twenty_rows_as_for_one(editing: Client) -> None:
    a_question("first")
    editing.get(LIST)
    with CaptureQueriesContext(connection) as one:
        editing.get(LIST)
    for number in range(19):
        a_question(f"more-{number}")

    with CaptureQueriesContext(connection) as twenty:
        editing.get(LIST)

    assert len(twenty) == len(one)


def test_deactivating_asks_with_the_number_that_would_change(editing: Client) -> None:
    a_question("one")
    a_question("two")
    a_question("three", is_active=False)

    asked = text(choose(editing, "deactivate", "one", "two", "three"))

    assert "Deactivate: 2 questions" in asked
    assert "1 of the chosen are inactive already." in asked
    assert LightningQuestion.objects.filter(is_active=True).count() == 2


def test_deactivating_confirmed_takes_them_out_and_is_remembered(editing: Client) -> None:
    a_question("one")
    a_question("two")

    done = text(choose(editing, "deactivate", "one", "two", confirmed="1", note="Too easy"))

    assert "Deactivated: 2." in done
    assert not LightningQuestion.objects.filter(is_active=True).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT metadata ->> 'note' FROM pghistory_context")
        assert ("Too easy",) in cursor.fetchall()


def test_all_that_match_may_be_activated_at_once(editing: Client) -> None:
    for number in range(60):
        a_question(f"q-{number:02}", is_active=False)

    done = text(choose(editing, "activate", "q-00", select_across="1", confirmed="1"))

    assert "Activated: 60." in done
    assert LightningQuestion.objects.filter(is_active=True).count() == 60


def test_activating_what_is_active_says_so(editing: Client) -> None:
    a_question("one")

    assert "All 1 are active already." in text(choose(editing, "activate", "one"))


def test_those_who_only_look_have_no_such_action(client: Client, db: None) -> None:
    a_question("one")
    user = User.objects.create_user("max", is_staff=True)
    user.groups.add(Group.objects.get(name="analysts"))
    client.force_login(user)

    choose(client, "deactivate", "one", confirmed="1")

    assert LightningQuestion.objects.get().is_active
    assert client.get(DRAW).status_code == 200


def test_draw_gives_ten_active_questions_of_the_wanted_kind(editing: Client) -> None:
    for number in range(15):
        a_question(f"easy-{number}")
        a_question(f"insane-{number}", difficulty="insane")
        a_question(f"idle-{number}", is_active=False)

    answer = editing.get(f"{DRAW}?difficulty=easy&question_type=math")

    drawn = answer.context["drawn"]
    assert len({question.pk for question in drawn}) == 10
    assert {(question.difficulty, question.is_active) for question in drawn} == {("easy", True)}
    assert "15 active questions to draw from." in text(answer)


def test_draw_is_random(editing: Client, bank: None) -> None:
    hands = {
        tuple(question.pk for question in editing.get(DRAW).context["drawn"]) for _ in range(3)
    }

    assert len(hands) > 1


def test_draw_from_nothing_says_what_to_do(editing: Client) -> None:
    a_question("one", is_active=False)

    assert "activate some" in text(editing.get(DRAW))


def test_draw_of_an_unknown_kind_is_refused_kindly(editing: Client) -> None:
    a_question("one")

    answer = editing.get(f"{DRAW}?difficulty=impossible")

    assert answer.status_code == 200
    assert list(answer.context["drawn"]) == []
    assert "not one of the available choices" in text(answer)


def test_draw_escapes_what_people_wrote(editing: Client) -> None:
    a_question("one", question="<script>alert(1)</script>", correct_answer="<b>x</b>")

    html = editing.get(DRAW).content.decode()

    assert "<script>alert" not in html
    assert "<b>x</b>" not in html


def test_answers_are_edited_one_a_line(editing: Client) -> None:
    sent = {
        "id": "lr-new-1",
        "question": "How much is a thousand?",
        "correct_answer": "1,000",
        "accepted_answers": "1000\n\n one thousand \n1000",
        "explanation": "",
        "question_type": "math",
        "difficulty": "easy",
        "is_active": "on",
    }

    editing.post(ADD, sent)

    assert LightningQuestion.objects.get().accepted_answers == ["1000", "one thousand"]
    shown = editing.get(f"{LIST}lr-new-1/change/").context["adminform"].form
    assert shown["accepted_answers"].field.prepare_value(shown["accepted_answers"].value()) == (
        "1000\none thousand"
    )


def test_key_is_not_edited(editing: Client) -> None:
    a_question("one")
    page = f"{LIST}one/change/"
    sent = {
        "id": "two",
        "question": "Changed?",
        "correct_answer": "1",
        "question_type": "math",
        "difficulty": "easy",
    }

    editing.post(page, sent)

    assert [(row.pk, row.question) for row in LightningQuestion.objects.all()] == [
        ("one", "Changed?")
    ]


def test_key_that_exists_is_refused_with_what_was_typed(editing: Client) -> None:
    a_question("one")
    sent = {
        "id": "one",
        "question": "Another?",
        "correct_answer": "1",
        "question_type": "math",
        "difficulty": "easy",
    }

    answer = editing.post(ADD, sent)

    assert "already exists" in text(answer)
    assert LightningQuestion.objects.get().question == "What is one?"
