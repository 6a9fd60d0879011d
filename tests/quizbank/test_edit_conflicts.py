"""Two people edit one question at the same time: nobody's work is lost."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client

from quizbank.models import Choice, Question
from tests.quizbank.test_question_admin import form_of, page


@pytest.fixture
def sent(editing: Client, question: Question) -> dict[str, object]:
    return form_of(editing, page(question))


def hidden(html: str, name: str) -> str:
    return html.split(f'name="{name}"')[1].split('value="')[1].split('"')[0]


def texts(question: Question) -> list[str]:
    return list(question.choices.values_list("text", flat=True))


def test_difference_is_shown_beside_the_form(
    editing: Client, question: Question, sent: dict[str, object]
) -> None:
    Question.objects.filter(pk=question.pk).update(stem="Theirs")

    answer = editing.post(page(question), sent | {"stem": "Mine"})

    assert {"field": "Stem", "before": "Theirs", "after": "Mine"} in answer.context["conflict"]


def test_difference_in_a_choice_is_shown_too(
    editing: Client, question: Question, sent: dict[str, object]
) -> None:
    question.choices.update(text="63")

    answer = editing.post(page(question), sent)

    assert answer.context["conflict"] == [
        {"field": "Choices", "before": "✓ 63 ± 0", "after": "✓ 62 ± 0"}
    ]


def test_second_save_replaces_theirs(
    editing: Client, question: Question, sent: dict[str, object]
) -> None:
    Question.objects.filter(pk=question.pk).update(stem="Theirs")
    told = unescape(editing.post(page(question), sent | {"stem": "Mine"}).content.decode())

    editing.post(
        page(question), sent | {"stem": "Mine", "seen_version": hidden(told, "seen_version")}
    )

    question.refresh_from_db()
    assert question.stem == "Mine"


def test_choices_that_were_made_anew_meanwhile_are_no_dead_end(
    editing: Client, question: Question, sent: dict[str, object]
) -> None:
    before = texts(question)
    rows = list(question.choices.values("text", "is_correct", "tolerance", "position"))
    question.choices.all().delete()
    Choice.objects.bulk_create(Choice(question=question, **row) for row in rows)

    told = editing.post(page(question), sent | {"choices-0-text": "Mine"})
    formset = told.context["inline_admin_formsets"][0].formset

    assert not formset.errors or not any(formset.errors)
    assert sorted(line.instance.text for line in formset.forms if line.instance.text) == sorted(
        [*before, "Mine", *before[1:]]
    )


def test_choice_that_was_added_meanwhile_joins_the_form(
    editing: Client, question: Question, sent: dict[str, object]
) -> None:
    count = question.choices.count()
    Choice.objects.create(question=question, position=count + 1, text="Added by the other")

    told = editing.post(page(question), sent | {"stem": "Mine"})
    again = {
        bound.html_name: bound.value()
        for part in told.context["inline_admin_formsets"][0].formset.forms
        for bound in part
        if bound.value() not in (None, False)
    }
    version = hidden(told.content.decode(), "seen_version")
    management = {"choices-TOTAL_FORMS": count + 1, "choices-INITIAL_FORMS": count + 1}
    editing.post(
        page(question), sent | again | management | {"stem": "Mine", "seen_version": version}
    )

    question.refresh_from_db()
    assert question.stem == "Mine"
    assert "Added by the other" in texts(question)
