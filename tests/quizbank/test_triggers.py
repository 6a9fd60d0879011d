from __future__ import annotations

import json

import pgtrigger
import pytest
from django.db import connection

from quizbank.models import Question, QuestionRevision


@pytest.mark.django_db
def test_triggers_open_no_subtransaction() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = '_pgtrigger_should_ignore'")
        assert [source for (source,) in cursor.fetchall() if "EXCEPTION" in source] == []


@pytest.mark.django_db
@pytest.mark.usefixtures("bank")
def test_a_trigger_can_still_be_ignored_by_name() -> None:
    revision = QuestionRevision.objects.earliest("id")
    with pgtrigger.ignore("quizbank.QuestionRevision:append_only"):
        QuestionRevision.objects.filter(pk=revision.pk).update(reason="corrected")
    revision.refresh_from_db()
    assert revision.reason == "corrected"


@pytest.mark.django_db(transaction=True)
def test_the_setting_left_empty_by_an_earlier_transaction_is_no_error() -> None:
    with pgtrigger.ignore("quizbank.QuestionRevision:append_only"):
        Question.objects.count()
    Question.objects.create(stem="Still written?")
    assert Question.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("bank")
def test_the_working_copy_s_hash_is_that_of_its_content() -> None:
    odd = 'A "quoted" \\ line\nand\ttabs, \x01, é, 日本 and 🜚 </script>'
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO choices (question_id, position, text, is_correct, fraction, tolerance,"
            " feedback) SELECT id, 90, %s, false, -0.50000, 1e-10, %s FROM questions",
            [odd, odd],
        )
        cursor.execute(
            "UPDATE questions SET stem = %s, explanation = %s, media = %s",
            [odd, odd, json.dumps([{"name": odd, "alt": "1.50"}, {"name": "b"}])],
        )
        cursor.execute("UPDATE questions SET explanation = '' WHERE external_id = 'NET-001'")
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE content_hash ="
            " question_content_hash(question_content(q))) FROM questions AS q"
        )
        questions, same = cursor.fetchone()
    assert questions == same > 0
