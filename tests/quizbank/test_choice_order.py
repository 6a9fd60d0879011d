"""Choices keep the order in which the form shows them."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from quizbank.models import Question
from tests.pages import form_of


def save_in_order(client: Client, question: Question, order: list[int]) -> list[str]:
    """Save with the rows numbered from 0 in this order, as sorting does; the texts afterwards."""
    address = reverse("admin:quizbank_question_change", args=[question.pk])
    sent = form_of(client.get(address))
    for position, row in enumerate(order):
        sent[f"choices-{row}-position"] = [str(position)]
    assert client.post(address, sent).status_code == 302
    return list(question.choices.values_list("text", flat=True))


def test_neighbours_swap(editing: Client, bank: None) -> None:
    question = Question.objects.get(external_id="NET-003")
    first, second, *rest = question.choices.values_list("text", flat=True)
    order = [1, 0, *range(2, len(rest) + 2)]

    assert save_in_order(editing, question, order) == [second, first, *rest]


def test_last_becomes_first(editing: Client, bank: None) -> None:
    question = Question.objects.get(external_id="NET-003")
    *others, last = question.choices.values_list("text", flat=True)
    order = [len(others), *range(len(others))]

    assert save_in_order(editing, question, order) == [last, *others]


def test_unsorted_form_changes_no_choice(editing: Client, bank: None) -> None:
    question = Question.objects.get(external_id="NET-003")
    version, texts = question.version, list(question.choices.values_list("text", flat=True))

    assert save_in_order(editing, question, list(range(len(texts)))) == texts
    question.refresh_from_db()
    assert question.version == version
