from __future__ import annotations

from collections.abc import Callable

import pghistory
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from quizbank.models import Choice, Exam, LightningQuestion, Question

type Edit = Callable[..., None]


@pytest.fixture
def editing(editor: User) -> Client:
    client = Client()
    client.force_login(editor)
    return client


@pytest.fixture
def exam(db: None) -> Exam:
    return Exam.objects.create(code="N", title="Networks")


@pytest.fixture
def lightning(db: None) -> LightningQuestion:
    with pghistory.context(command="load_demo"):
        return LightningQuestion.objects.create(
            id="clock-1",
            question="What has hands and no fingers?",
            correct_answer="A clock",
            question_type="brain_teaser",
            difficulty="easy",
        )


@pytest.fixture
def question(db: None) -> Question:
    """A draft with two choices, made in one entry."""
    with pghistory.context(command="load_demo"):
        question = Question.objects.create(stem="Which port does DNS use?", kind="single")
        Choice.objects.create(question=question, position=1, text="53", is_correct=True)
        Choice.objects.create(question=question, position=2, text="80")
    return question


def edit(thing: object, **values: object) -> None:
    """One entry, made by `lin`."""
    with pghistory.context(user=None, username="lin", url="/admin/"):
        type(thing).objects.filter(pk=thing.pk).update(**values)  # type: ignore[attr-defined]


def history_of(thing: object, view: str = "history") -> str:
    opts = thing._meta  # type: ignore[attr-defined]
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{view}", args=[thing.pk])  # type: ignore[attr-defined]
