"""No list asks the database once per row, and neither does the screen that edits a question."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from quizbank.models import (
    Category,
    Choice,
    Exam,
    Question,
    QuestionCategory,
    QuestionExam,
)
from tests.rows import make_row, make_rows
from tests.screens import visit_as

# The rows of views follow from other tables: their own tests count.
LISTS = [
    pytest.param(model, id=model._meta.label)
    for model in admin.site._registry
    if model._meta.managed
]
# Their pages list what is declared, whatever the table holds.
# Or what is a person's own.
DECLARED = {
    "ops.ExportFile",
    "ops.LoginSession",
    "ops.ScheduleState",
    "ops.PartitionArchive",
    "ops.PerformanceSnapshot",
    "ops.SchemaExpectation",
}
# Of one page.
MOST = 12
# Their rows have no pages.
PAGELESS = {"quizbank.InteractionSummary", "ops.AppliedMigration"}


@pytest.fixture
def root(db: None) -> Client:
    return visit_as("superuser")


def queries_of(client: Client, address: str) -> list[str]:
    """The statements of a page that was opened before, so that nothing is cached by the way."""
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


def links_of(client: Client, address: str) -> set[str]:
    """The pages of single rows that a list leads to."""
    return set(
        re.findall(r'href="([^"?#]+/(?:change|history)/)', client.get(address).content.decode())
    )


@pytest.mark.parametrize("model", LISTS)
def test_list_asks_as_much_for_twenty_rows_as_for_one(
    root: Client, model: type[models.Model]
) -> None:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    make_rows(model, 1)
    few = queries_of(root, address)
    make_rows(model, 19)
    many = queries_of(root, address)

    assert len(links_of(root, address)) >= 20 or model._meta.label in DECLARED | PAGELESS
    assert len(many) == len(few), "\n".join(many)
    assert len(many) <= MOST, "\n".join(many)


def furnish(question: Question, quantity: int) -> None:
    """Give it so many more choices, categories and exams."""
    there = question.choices.count()
    for number in range(there, there + quantity):
        Choice.objects.create(
            question=question, text=f"Choice {number}", position=number, is_correct=not number
        )
        QuestionCategory.objects.create(
            question=question, category=make_row(Category), is_primary=not number
        )
        QuestionExam.objects.create(question=question, exam=make_row(Exam))


@pytest.mark.parametrize("page", ["change", "revisions", "history"])
def test_question_asks_as_much_for_twenty_choices_as_for_one(root: Client, page: str) -> None:
    question = make_row(Question)
    address = reverse(f"admin:quizbank_question_{page}", args=[question.pk])
    furnish(question, 1)
    few = queries_of(root, address)
    furnish(question, 19)
    many = queries_of(root, address)

    assert len(many) == len(few), "\n".join(many)
