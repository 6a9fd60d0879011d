from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from quizbank.models import Question


@pytest.fixture
def editing(editor: User) -> Client:
    client = Client()
    client.force_login(editor)
    return client


@pytest.fixture
def bank(db: None) -> None:
    call_command("load_demo")


@pytest.fixture(scope="module")
def shared_bank(shared_database: None) -> None:
    """For modules whose tests all look at it, in the place of `bank`."""
    call_command("load_demo")


@pytest.fixture
def question(bank: None) -> Question:
    return Question.objects.get(external_id="NET-001")
