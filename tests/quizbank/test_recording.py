"""What editors do to the bank stands in the action log, from the screens that they use."""

from __future__ import annotations

import pytest
from django.test import Client

from ops.models import AuditEntry
from quizbank.models import Question

LIST = "/admin/quizbank/question/"


def entries(question: Question) -> list[AuditEntry]:
    """By the editor; the demo content was published by the system."""
    return list(AuditEntry.objects.filter(entity_id=question.pk, actor_name="ada"))


@pytest.mark.parametrize(
    ("action", "fields", "recorded"),
    [
        ("retire", {}, "retire"),
        ("add_tag", {"tag": "optics"}, "add_tag"),
        ("set_difficulty", {"difficulty": "hard"}, "set_difficulty"),
    ],
)
def test_bulk_action_leaves_a_row_for_each_question(
    editing: Client, question: Question, action: str, fields: dict[str, str], recorded: str
) -> None:
    Question.objects.filter(pk=question.pk).update(difficulty="easy")
    sent = {"action": action, "_selected_action": [question.pk], "confirmed": "1", "note": "why"}

    editing.post(LIST, sent | fields)

    (entry,) = entries(question)
    assert (entry.action, entry.actor_name, entry.address) == (recorded, "ada", "127.0.0.1")
    assert "why" in entry.details.values()
    assert entry.details["label"].startswith("NET-001")


def test_refused_bulk_action_leaves_none(editing: Client, question: Question) -> None:
    sent = {"action": "publish", "_selected_action": [question.pk], "confirmed": "1"}

    editing.post(LIST, sent)

    assert entries(question) == [], "it was published as it stood"


def test_restored_revision_is_recorded(editing: Client, question: Question) -> None:
    editing.post(f"{LIST}{question.pk}/restore/", {"number": "1"})

    (entry,) = entries(question)
    assert (entry.action, entry.details["revision"]) == ("restore_revision", 1)
