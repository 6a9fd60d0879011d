"""What the pages say before questions are deleted."""

from __future__ import annotations

from html import unescape

from django.test import Client
from django.urls import reverse

from flavors.models import Descriptor
from quizbank.models import LightningQuestion, Question
from quizbank.models.question import Status
from quizbank.models.similarity import QuestionSimilarity
from tests.flavors.tasting import learner, note
from tests.screens import visit_as

LIST = "/admin/quizbank/question/"


def draft() -> Question:
    return Question.objects.filter(status=Status.DRAFT, exams__isnull=False).earliest("external_id")


def asked(client: Client, *questions: Question) -> str:
    sent = {"action": "delete_selected", "_selected_action": [str(each.pk) for each in questions]}
    return unescape(client.post(LIST, sent).content.decode())


def test_page_names_no_exam_that_would_stay(editing: Client, shared_bank: None, db: None) -> None:
    question = draft()
    address = reverse("admin:quizbank_question_delete", args=[question.pk])
    page = unescape(editing.get(address).content.decode())

    assert f"Question: {question}" in page
    assert "Choices: " in page
    assert "It can be brought back" in page
    for each in ("Exam: ", "Exams: ", "Category: ", "Similarity check"):
        assert each not in page


def test_question_that_resembles_another_goes(editing: Client, shared_bank: None, db: None) -> None:
    question, other = draft(), Question.objects.filter(status=Status.ACTIVE).earliest("external_id")
    first, second = sorted((question.pk, other.pk))
    QuestionSimilarity.objects.create(first_id=first, second_id=second, likeness=0.9)

    assert "have permission" not in asked(editing, question)
    editing.post(reverse("admin:quizbank_question_delete", args=[question.pk]), {"post": "yes"})
    assert not Question.objects.filter(pk=question.pk).exists()


def test_list_names_what_was_answered(editing: Client, shared_bank: None, db: None) -> None:
    question, *others = Question.objects.filter(answered=False).order_by("external_id")[:22]
    assert f"Question: {question}" in asked(editing, question, others[0])
    Question.objects.exclude(pk=question.pk).update(answered=True)

    page = asked(editing, question, *others)

    assert "Nothing is deleted: this stands in the way" in page
    assert f"{others[0]}: answered, to be retired" in page
    assert f"{question}: answered" not in page
    assert "and 1 more" in page
    assert "have permission" not in page


def test_what_has_no_history_says_so(db: None) -> None:
    lightning = LightningQuestion.objects.create(
        id="one", question="1 + 1?", correct_answer="2", question_type="math", difficulty="easy"
    )
    note(learner(), "Salt")
    content = visit_as("content")
    for row, words in (
        (lightning, "It can be brought back"),
        (Descriptor.objects.get(), "It cannot be brought back."),
    ):
        opts = row._meta
        address = reverse(f"admin:{opts.app_label}_{opts.model_name}_delete", args=[row.pk])
        assert words in content.get(address).content.decode()
