"""Quiz sessions, answers and messages set aside, as staff see them."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ops.models import AuditEntry
from quizbank import intake
from quizbank.actions import Refused
from quizbank.intake import aside
from quizbank.models import Answer, AnswersSetAside
from tests.quizbank.learning import learner, published, run, value
from tests.screens import visit_as

SESSIONS, ANSWERS = "/admin/quizbank/anyquizsession/", "/admin/quizbank/answer/"
ASIDE = "/admin/quizbank/answerssetaside/"


@pytest.fixture
def ada(db: None) -> UUID:
    return learner()


def started(member: UUID, *questions: tuple[UUID, UUID]) -> UUID:
    return value(
        "INSERT INTO quiz_sessions (user_id, question_ids, revision_ids, expires_at)"
        " VALUES (%s, %s, %s, now() + interval '4 hours') RETURNING id",
        member,
        [question for question, _ in questions],
        [revision for _, revision in questions],
    )


def choice(question: UUID, *, right: bool) -> int:
    return value(
        "SELECT id FROM choices WHERE question_id = %s AND is_correct = %s", question, right
    )


def given(question: UUID, *, right: bool) -> dict[str, Any]:
    return {
        "question_id": str(question),
        "choices": [choice(question, right=right)],
        "time_ms": 4200,
    }


@pytest.fixture
def session(ada: UUID) -> UUID:
    """Two questions, the first answered wrongly."""
    first, second = published(stem="First?"), published(stem="Second?")
    key = started(ada, first, second)
    intake.submit_answers(session=key, member=ada, answers=[given(first[0], right=False)])
    return key


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_session_shows_what_was_met_and_given(session: UUID) -> None:
    page = text_of(visit_as("ops"), f"{SESSIONS}{session}/change/")

    for words in ("First?", "Second?", "Wrong", "Not answered", "4.2 s", "1 of 2", "Ada Lovelace"):
        assert words in page


def test_content_staff_know_members_by_the_end_of_their_id(session: UUID, ada: UUID) -> None:
    client = visit_as("content")

    for address in (SESSIONS, ANSWERS, f"{SESSIONS}{session}/change/"):
        page = text_of(client, address)
        assert "Ada Lovelace" not in page
        assert str(ada)[-8:] in page


def test_sessions_filter_by_status_member_and_archive(session: UUID, ada: UUID) -> None:
    client = visit_as("ops")
    other = started(learner("Bob"), published())
    intake.complete_session(session=session)

    def listed(query: str) -> set[UUID]:
        found = client.get(SESSIONS + query).context["cl"].result_list
        return {row.pk for row in found}

    assert listed("") == {session, other}
    assert listed("?status=completed") == {session}
    assert listed("?status=active") == {other}
    assert listed("?status=archived") == set()
    assert listed(f"?user_id={ada}") == {session}
    run("UPDATE members SET email = 'ada@example.org' WHERE id = %s", ada)
    assert listed("?user_id=ADA@example.org") == {session}


def test_answers_filter_by_question_member_session_and_result(session: UUID, ada: UUID) -> None:
    client = visit_as("analysts")
    answer = Answer.objects.get()
    run("UPDATE questions SET external_id = 'Q-1' WHERE id = %s", answer.question_id)

    def listed(query: str) -> int:
        return len(client.get(ANSWERS + query).context["cl"].result_list)

    for query in (f"question_id={answer.question_id}", "question_id=Q-1", f"user_id={ada}",
                  f"session_id={session}", "result=wrong"):  # fmt: skip
        assert listed(f"?{query}") == 1
    for query in (f"question_id={uuid4()}", f"session_id={uuid4()}", "result=right"):
        assert listed(f"?{query}") == 0


@pytest.mark.parametrize("query", ["question_id=xyz", "user_id=nobody@example.org", "session_id=%"])
def test_filter_without_such_a_thing_says_so(db: None, query: str) -> None:
    page = text_of(visit_as("ops"), f"{ANSWERS}?{query}")

    assert "as its id." in page


def test_question_leads_to_its_answers(session: UUID) -> None:
    question = Answer.objects.get().question_id
    address = f"/admin/quizbank/question/{question}/change/"

    assert f"{ANSWERS}?question_id={question}" in text_of(visit_as("content"), address)
    assert ANSWERS not in text_of(visit_as("moderators"), address)


def test_session_list_asks_as_often_for_twenty_rows_as_for_one(db: None) -> None:
    client = visit_as("superuser")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(SESSIONS)
        return len(captured)

    started(learner(), published())
    queries()
    one = queries()
    for number in range(19):
        started(learner(f"Learner {number}"), published())

    assert queries() == one


# --- Messages set aside --------------------------------------------------------------------------
def laid_aside(session: UUID, member: UUID, *answers: dict[str, Any]) -> AnswersSetAside:
    body = {"session": str(session), "member": str(member), "answers": list(answers)}
    milliseconds = value("SELECT (extract(epoch FROM now()) * 1000)::bigint")
    return AnswersSetAside.objects.create(
        message_id=f"{milliseconds}-0",
        user_id=member,
        body={"body": json.dumps(body)},
        reason="It was tried 5 times.",
    )


@pytest.fixture
def message(ada: UUID) -> AnswersSetAside:
    question = published()
    return laid_aside(started(ada, question), ada, given(question[0], right=True))


def test_message_put_back_is_written_once(message: AnswersSetAside) -> None:
    client = visit_as("ops")

    client.post(f"{ASIDE}{message.pk}/put-back/")
    again = client.post(f"{ASIDE}{message.pk}/put-back/", follow=True)

    assert Answer.objects.get().is_correct
    assert not AnswersSetAside.objects.exists()
    assert "somebody dealt with it" in again.content.decode()
    assert AuditEntry.objects.get(action="put_back_answers").details["outcome"] == "1 recorded"


def test_message_that_is_still_refused_stays_with_the_reason(session: UUID, ada: UUID) -> None:
    message = laid_aside(session, ada, {"question_id": str(uuid4()), "choices": [1]})

    with pytest.raises(Refused, match="1 refused"):
        aside.put_back(key=message.pk)

    message.refresh_from_db()
    assert message.reason != "It was tried 5 times."


@pytest.mark.parametrize("body", [{}, {"body": "{"}, {"body": "[]"}, {"body": '{"session": 1}'}])
def test_unreadable_message_stays(db: None, body: dict[str, str]) -> None:
    message = AnswersSetAside.objects.create(message_id="1-0", body=body, reason="KeyError")

    with pytest.raises(Refused, match="cannot be read"):
        aside.put_back(key=message.pk)

    assert AnswersSetAside.objects.filter(pk=message.pk).exists()


@pytest.mark.parametrize("body", ["[" * 100_000, '{"member": "\\ud800\\u0000"}'])
def test_any_body_is_shown(db: None, body: str) -> None:
    message = AnswersSetAside.objects.create(message_id="1-0", body={"body": body}, reason="x")

    assert visit_as("content").get(f"{ASIDE}{message.pk}/change/").status_code == 200


def test_many_are_put_back_at_once(message: AnswersSetAside) -> None:
    broken = AnswersSetAside.objects.create(message_id="1-0", body={}, reason="KeyError")

    page = visit_as("ops").post(
        ASIDE,
        {"action": "put_back_action", "_selected_action": [str(message.pk), str(broken.pk)]},
        follow=True,
    )

    assert "1 of 2 messages were put back." in page.content.decode()
    assert list(AnswersSetAside.objects.all()) == [broken]


def test_discarding_needs_a_reason_and_is_logged(message: AnswersSetAside) -> None:
    client = visit_as("ops")
    address = f"{ASIDE}{message.pk}/discard/"

    client.post(address, {"note": "  "})
    assert AnswersSetAside.objects.exists()
    client.post(address, {"note": "A test of the app."})

    assert not AnswersSetAside.objects.exists()
    entry = AuditEntry.objects.get(action="discard_answers")
    assert entry.details["note"] == "A test of the app."


def test_analysts_read_and_do_not_act(message: AnswersSetAside) -> None:
    client = visit_as("analysts")

    assert "Put back" not in text_of(client, f"{ASIDE}{message.pk}/change/")
    assert client.post(f"{ASIDE}{message.pk}/put-back/").status_code == 403


def test_answers_of_a_member_are_read_by_index(ada: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT * FROM answers WHERE user_id >= %s AND user_id <= %s"
            " ORDER BY user_id DESC, id DESC LIMIT 51",
            [ada, ada],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "user_id_id_idx" in plan
