"""What stands in the way of going back, and who comes in between."""

from __future__ import annotations

import threading

import pghistory
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.test import Client
from psycopg import sql

from ops.errors import reason_of
from ops.history.reading import Timeline
from ops.history.reverting import UNDO, Refused, plan, put_back
from ops.history.rows import Subject as HistorySubject
from quizbank.actions import change_status
from quizbank.models import Category, Choice, Exam, LightningQuestion, Question
from quizbank.models.placement import QuestionCategory
from tests.ops.conftest import somebody_waits, wait_for
from tests.ops.history.conftest import edit
from tests.ops.history.test_reverting import asked, offers, press

LIGHTNING = HistorySubject(LightningQuestion)
QUESTION = HistorySubject(Question, ((Choice, "question"), (QuestionCategory, "question")))


def undo(subject: HistorySubject, thing: object, first: int | None = None) -> None:
    """The newest entry, or the one that `first` names."""
    timeline = Timeline(subject, thing.pk)  # type: ignore[attr-defined]
    put_back(
        subject=subject,
        pk=timeline.pk,
        first=first or timeline.entries[0].first,
        how=UNDO,
        seen=timeline.newest,
        note="",
    )


def test_live_question_that_was_deleted_comes_back_as_a_draft(
    editing: Client, editor: User, question: Question
) -> None:
    change_status(question=question, status="active", user=editor)
    with pghistory.context(username="lin"):
        Question.objects.get(pk=question.pk).delete()

    press(editing, question, asked(editing, offers(editing, question)[0])[0])

    question.refresh_from_db()
    assert (question.status, question.published_revision) == ("draft", None)
    assert question.choices.count() == 2


def test_row_that_is_gone_stands_in_the_way_of_its_fields(question: Question) -> None:
    choice = question.choices.get(position=2)
    edit(choice, text="8080")
    first = Timeline(QUESTION, question.pk).entries[0].first
    with pghistory.context(username="lin"):
        choice.delete()

    with pytest.raises(Refused, match="Choice: the row of this entry has been deleted since"):
        undo(QUESTION, question, first)


def test_trigger_refuses_in_words(exam: Exam) -> None:
    root = Category.objects.create(code="A", name="A", kind="topic", exam=exam)
    child = Category.objects.create(code="B", name="B", kind="topic", exam=exam, parent=root)
    edit(child, parent=None)
    edit(root, parent=child)
    subject = HistorySubject(Category)

    with pytest.raises(Refused, match="A category cannot stand below itself"):
        undo(subject, child)

    child.refresh_from_db()
    assert child.parent is None


def test_swap_of_flags_and_positions_goes_back(question: Question, exam: Exam) -> None:
    places = [Category.objects.create(code=c, name=c, kind="topic", exam=exam) for c in "AB"]
    with pghistory.context(username="lin"):
        for place in places:
            QuestionCategory.objects.create(
                question=question, category=place, is_primary=place.code == "A"
            )
    a, b = QuestionCategory.objects.order_by("category__code")
    first, second = question.choices.order_by("position")
    with pghistory.context(username="lin"):
        edit(a, is_primary=False)
        edit(b, is_primary=True)
        edit(first, position=9)
        edit(second, position=1)
        edit(first, position=2)

    undo(QUESTION, question)

    a.refresh_from_db()
    first.refresh_from_db()
    assert (a.is_primary, first.position) == (True, 1)


def test_nothing_to_put_back_is_said(lightning: LightningQuestion) -> None:
    edit(lightning, correct_answer="A watch")
    first = Timeline(LIGHTNING, lightning.pk).entries[0].first
    edit(lightning, correct_answer="A clock")

    with pytest.raises(Refused, match="it is like that now"):
        undo(LIGHTNING, lightning, first)


def test_nothing_is_half_done(question: Question) -> None:
    with pghistory.context(username="lin"):
        Question.objects.update(stem="Which port does HTTP use?")
        Choice.objects.filter(position=2).delete()
    # The place of the choice that would come back is taken meanwhile.
    with pghistory.context(username="lin"):
        Choice.objects.create(question=question, position=2, text="443")
    first = Timeline(QUESTION, question.pk).entries[1].first

    with pytest.raises(Refused, match="choice positions are distinct"):
        undo(QUESTION, question, first)

    question.refresh_from_db()
    assert question.stem == "Which port does HTTP use?"


def test_plan_writes_nothing(lightning: LightningQuestion) -> None:
    edit(lightning, correct_answer="A watch")
    timeline = Timeline(LIGHTNING, lightning.pk)
    entry = timeline.entry(timeline.entries[0].first)
    assert entry is not None

    todo = plan(timeline, entry, UNDO)

    assert [field.name for field in todo.changes[0].fields] == ["correct_answer"]
    assert Timeline(LIGHTNING, lightning.pk).newest == timeline.newest


@pytest.mark.django_db(transaction=True)
def test_edit_that_is_not_committed_yet_is_waited_for_and_seen(
    lightning: LightningQuestion,
) -> None:
    """The undo takes the row's lock before it looks."""
    edit(lightning, correct_answer="A watch")
    outcome: list[str] = []

    def second() -> None:
        try:
            undo(LIGHTNING, lightning)
            outcome.append("done")
        except Refused as error:
            outcome.append(str(error))
        finally:
            connection.close()

    with transaction.atomic():
        edit(lightning, difficulty="insane")
        thread = threading.Thread(target=second)
        thread.start()
        wait_for(somebody_waits)
    thread.join(timeout=120)

    lightning.refresh_from_db()
    assert outcome == ["It has changed meanwhile. Look at what would change now."]
    assert (lightning.correct_answer, lightning.difficulty) == ("A watch", "insane")


def event_tables() -> list[str]:
    return sorted(
        model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model")
    )


@pytest.mark.parametrize("statement", ["UPDATE {} SET pgh_label = 'x'", "DELETE FROM {}"])
def test_history_is_never_rewritten(
    question: Question, lightning: LightningQuestion, statement: str
) -> None:
    for table in ("quizbank_questionevent", "quizbank_choiceevent"):
        with (
            pytest.raises(DatabaseError, match="Cannot") as refused,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql.SQL(statement).format(sql.Identifier(table)))
        assert not reason_of(refused.value).startswith("pgtrigger")


def test_every_history_table_is_append_only_and_indexed(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_catalog.pg_trigger"
            " WHERE tgname LIKE '%append_only%'"
        )
        guarded = {name for (name,) in cursor.fetchall()}
        cursor.execute(
            "SELECT tablename, string_agg(indexname, ' ') FROM pg_catalog.pg_indexes GROUP BY 1"
        )
        indexes = dict(cursor.fetchall())

    assert set(event_tables()) <= guarded
    for table in event_tables():
        assert "events_gone" in indexes[table]
        assert "unsigned" in indexes[table]
