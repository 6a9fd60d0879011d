"""What the table of problem reports refuses and allows, in plain SQL."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction

from tests.assessments.roles import ANON, MEMBER, ask
from tests.quizbank.learning import learner, published, run, value

pytestmark = pytest.mark.django_db
REPORT = (
    "INSERT INTO problem_reports (question_id, reporter_id, reason, description)"
    " VALUES (%s, %s, 'error', 'The second choice is right.') RETURNING id"
)
REJECT = (
    "UPDATE problem_reports SET state = 'rejected', resolved_at = now(),"
    " admin_comment = 'It is right as it stands.' WHERE id = %s"
)
FIX = "UPDATE problem_reports SET state = 'fixed', resolved_at = now(), fixed_by_id = %s"


@pytest.fixture
def ada() -> UUID:
    return learner("Ada")


@pytest.fixture
def bo() -> UUID:
    return learner("Bo")


@pytest.fixture
def question() -> Any:
    return published()[0]


def refuses(match: str, sql: str, *parameters: Any) -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        run(sql, *parameters)


def publish_again(question: Any) -> Any:
    run("UPDATE questions SET stem = stem || ' Or not?' WHERE id = %s", question)
    return value(
        "INSERT INTO question_revisions (question_id, reason) VALUES (%s, '') RETURNING id",
        question,
    )


def test_a_report_is_of_the_revision_that_is_live(ada: UUID) -> None:
    question, revision = published()
    assert ask(MEMBER, ada, REPORT, question, ada)
    assert run("SELECT revision_id, state FROM problem_reports") == [(revision, "open")]


def test_a_report_may_name_the_revision_that_was_met(ada: UUID) -> None:
    question, revision = published()
    publish_again(question)
    sql = (
        "INSERT INTO problem_reports (question_id, revision_id, reporter_id, reason, description)"
        " VALUES (%s, %s, %s, 'unclear', 'What is meant by it?')"
    )
    run(sql, question, revision, ada)
    other = published(stem="Another one?")[1]
    refuses("report_meets_revision_of_question", sql, published()[0], other, ada)


def test_what_was_never_published_is_not_reported(ada: UUID) -> None:
    refuses("No published question", REPORT, uuid4(), ada)


def test_a_member_has_one_open_report_of_a_question(question: Any, ada: UUID, bo: UUID) -> None:
    key = value(REPORT, question, ada)
    run(REPORT, question, bo)
    refuses("one_open_report", REPORT, question, ada)
    run(REJECT, key)
    run(REPORT, question, ada)


@pytest.mark.parametrize(
    ("reason", "description", "rule"),
    [
        ("bad", "The second choice is right.", "reason_is_known"),
        ("error", "Too short", "10_to_500"),
        ("error", "short     " * 3, None),
        ("error", "         x         ", "10_to_500"),
        ("error", "x" * 501, "10_to_500"),
        ("other", "x" * 500, None),
    ],
)
def test_a_report_says_something(
    question: Any, ada: UUID, reason: str, description: str, rule: str | None
) -> None:
    sql = (
        "INSERT INTO problem_reports (question_id, reporter_id, reason, description)"
        " VALUES (%s, %s, %s, %s)"
    )
    if rule:
        refuses(rule, sql, question, ada, reason, description)
    else:
        run(sql, question, ada, reason, description)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("state = 'rejected', resolved_at = now()", "rejection_has_an_answer"),
        ("state = 'accepted'", "decided_at_a_time"),
        ("resolved_at = now()", "decided_at_a_time"),
        ("admin_comment = 'Thanks for this one.'", "decided_at_a_time"),
        (
            "state = 'accepted', resolved_at = now(), admin_comment = 'Thanks'",
            "answer_has_10_to_1000",
        ),
        ("state = 'fixed', resolved_at = now()", "names_its_revision"),
        ("state = 'done', resolved_at = now()", "Invalid transition"),
        ("description = 'Something else altogether.'", "Cannot update"),
        ("reason = 'other'", "Cannot update"),
    ],
)
def test_a_decision_is_whole(question: Any, ada: UUID, change: str, rule: str) -> None:
    run(REPORT, question, ada)
    refuses(rule, f"UPDATE problem_reports SET {change}")


def test_what_is_resolved_is_not_resolved_again(question: Any, ada: UUID) -> None:
    key = value(REPORT, question, ada)
    run(REJECT, key)
    for change in (
        "state = 'accepted', admin_comment = ''",
        "state = 'open', resolved_at = NULL, admin_comment = ''",
    ):
        refuses("Invalid transition", f"UPDATE problem_reports SET {change}")
    refuses("Cannot update", "UPDATE problem_reports SET admin_comment = 'Another answer.'")
    refuses("Invalid transition", FIX, publish_again(question))


def test_an_accepted_report_is_fixed_by_a_later_revision(ada: UUID) -> None:
    question, revision = published()
    run(REPORT, question, ada)
    run("UPDATE problem_reports SET state = 'accepted', resolved_at = now()")
    refuses("later revision", FIX, revision)
    refuses("fixed_by_revision_of_question", FIX, publish_again(published()[0]))
    run(FIX, publish_again(question))
    refuses("Invalid transition", REJECT, value("SELECT id FROM problem_reports"))


def test_a_report_goes_with_its_question(question: Any, ada: UUID) -> None:
    run(REPORT, question, ada)
    run("UPDATE questions SET status = 'retired', published_revision_id = NULL")
    run("DELETE FROM choices")
    run("DELETE FROM questions WHERE id = %s", question)
    assert run("SELECT count(*) FROM problem_reports") == [(0,)]


def test_a_reviewer_may_leave(question: Any, ada: UUID) -> None:
    user = User.objects.create_user("reviewer")
    key = value(REPORT, question, ada)
    run(REJECT, key)
    run("UPDATE problem_reports SET reviewer_id = %s", user.pk)
    user.delete()
    assert run("SELECT reviewer_id, state FROM problem_reports") == [(None, "rejected")]


# --- Client roles --------------------------------------------------------------------------------
def test_learners_make_and_see_their_own_reports_only(question: Any, ada: UUID, bo: UUID) -> None:
    ((mine,),) = ask(MEMBER, ada, REPORT, question, ada)
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        ask(MEMBER, bo, REPORT, question, ada)
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        ask(MEMBER, "", REPORT, question, ada)
    assert ask(MEMBER, ada, "SELECT id, state, admin_comment FROM problem_reports") == [
        (mine, "open", "")
    ]
    assert ask(MEMBER, bo, "SELECT id FROM problem_reports") == []
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        ask(ANON, ada, "SELECT id FROM problem_reports")


@pytest.mark.parametrize(
    "attack",
    [
        "INSERT INTO problem_reports (question_id, reporter_id, reason, description, state)"
        " SELECT question_id, reporter_id, reason, description, 'accepted' FROM problem_reports",
        "INSERT INTO problem_reports (id) VALUES (uuidv7())",
        "UPDATE problem_reports SET state = 'accepted'",
        "UPDATE problem_reports SET reviewer_id = 1",
        "UPDATE problem_reports SET admin_comment = 'Thanks, you are right.'",
        "UPDATE problem_reports SET description = 'Something else.'",
        "DELETE FROM problem_reports",
        "SELECT reviewer_id FROM problem_reports",
        "SELECT public.meet_published_revision()",
    ],
)
def test_learners_decide_nothing(question: Any, ada: UUID, attack: str) -> None:
    run(REPORT, question, ada)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        ask(MEMBER, ada, attack)


def test_who_is_erased_reports_nothing(question: Any, ada: UUID) -> None:
    run("INSERT INTO erased_members (id) VALUES (%s)", ada)
    refuses("This member is erased", REPORT, question, ada)
