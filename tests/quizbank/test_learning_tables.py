"""What the tables of sessions, answers and figures refuse and allow, in plain SQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from quizbank.models import Answer, AnyQuizSession, QuizSession
from tests.assessments.roles import ANON, MEMBER, ask
from tests.quizbank.learning import learner, plain_answer, plain_session, published, run, value

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> UUID:
    return learner("Ada")


@pytest.fixture
def bo() -> UUID:
    return learner("Bo")


def refuses(match: str, sql: str, *parameters: Any) -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        run(sql, *parameters)


# --- Sessions ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"questions": 0}, "1_to_100"),
        ({"questions": 101}, "1_to_100"),
        ({"revision_ids": [uuid4()]}, "freezes_a_revision"),
        ({"question_ids": [UUID(int=1), UUID(int=1)]}, "are_distinct"),
        ({"question_ids": [UUID(int=1), None]}, "are_distinct"),
        ({"time_limit": 59}, "a_minute_or_more"),
        ({"mode": "exam"}, "mode_is_known"),
        ({"question_mode": "random"}, "question_mode_is_known"),
        ({"pattern": "random"}, "pattern_is_known"),
        ({"status": "incomplete"}, "status_is_known"),
        ({"status": "paused"}, "since_when"),
        ({"paused_at": "2026-01-01T00:00Z"}, "since_when"),
        ({"status": "completed", "score": 50}, "when_and_how_well"),
        ({"score": 50}, "when_and_how_well"),
        ({"status": "abandoned"}, "says_why"),
        ({"status": "abandoned", "abandon_reason": "bored"}, "abandon_reason_is_known"),
        ({"answered_count": 1, "correct_count": 2}, "counts_fit"),
        ({"answered_count": 2, "skipped_count": 1}, "counts_fit"),
        ({"expires_at": "2020-01-01T00:00Z"}, "expires_after_start"),
    ],
)
def test_session_that_makes_no_sense_is_refused(
    ada: UUID, given: dict[str, Any], rule: str
) -> None:
    with pytest.raises(DatabaseError, match=rule), transaction.atomic():
        plain_session(ada, **given)


def test_a_time_limit_may_be_a_minute_or_none(ada: UUID, bo: UUID) -> None:
    plain_session(ada, time_limit=60)
    plain_session(bo, time_limit=None)


def test_a_member_has_one_active_session_and_any_number_of_paused_ones(ada: UUID) -> None:
    for _ in range(2):
        plain_session(ada, status="paused", paused_at=datetime.now(UTC))
    plain_session(ada)
    with pytest.raises(DatabaseError, match="one_active_quiz"), transaction.atomic():
        plain_session(ada)


END = "UPDATE quiz_sessions SET status = 'abandoned', abandon_reason = 'left' WHERE id = %s"


def test_an_ended_session_stays_ended(ada: UUID) -> None:
    session = plain_session(ada)
    run(END, session)
    refuses(
        "Invalid transition",
        "UPDATE quiz_sessions SET status = 'active', abandon_reason = NULL WHERE id = %s",
        session,
    )


@pytest.mark.parametrize("column", ["question_ids", "revision_ids"])
def test_a_session_keeps_its_questions(ada: UUID, column: str) -> None:
    session = plain_session(ada)
    keys = [uuid4(), uuid4()]
    refuses("Cannot update", f"UPDATE quiz_sessions SET {column} = %s WHERE id = %s", keys, session)


def test_open_sessions_of_a_member_come_from_the_seeds_index(ada: UUID) -> None:
    run("SET LOCAL enable_seqscan = off")
    plan = run(
        "EXPLAIN SELECT id FROM quiz_sessions WHERE user_id = %s"
        " AND status = 'paused' ORDER BY last_activity_at DESC LIMIT 1",
        ada,
    )
    assert "idx_test_active" in str(plan)
    definition = value("SELECT pg_get_indexdef('idx_test_active'::regclass)")
    assert "(user_id, status, last_activity_at DESC)" in definition
    assert "'active'::text, 'paused'::text" in definition


def test_the_archive_has_the_same_columns() -> None:
    columns = (
        "SELECT array_agg((attname, atttypid, attgenerated)::text ORDER BY attnum)"
        " FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
    )
    assert value(columns, "quiz_sessions") == value(columns, "quiz_session_archive")


def test_the_view_tells_archived_sessions_apart(ada: UUID) -> None:
    session = plain_session(ada)
    assert AnyQuizSession.objects.get(pk=session).is_archived is False
    assert AnyQuizSession.objects.get(pk=session).question_count == 2


# --- Answers -------------------------------------------------------------------------------------
def test_answers_lie_in_the_month_of_their_session(ada: UUID) -> None:
    session = plain_session(ada)
    plain_answer(session, ada)
    month = value("SELECT to_char(now() AT TIME ZONE 'UTC', '\"answers_\"YYYY_MM')")
    assert value("SELECT tableoid::regclass::text FROM answers") == month
    assert Answer.objects.get().session_id == session


def test_a_question_of_a_session_has_one_answer(ada: UUID) -> None:
    session, question = plain_session(ada), uuid4()
    plain_answer(session, ada, question_id=question)
    with pytest.raises(DatabaseError, match="unique"), transaction.atomic():
        plain_answer(session, ada, question_id=question, is_correct=False)


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"is_correct": None}, "judged_or_skipped"),
        ({"status": "skipped"}, "judged_or_skipped"),
        ({"status": "skipped", "is_correct": None, "choice_ids": [1]}, "judged_or_skipped"),
        ({"status": "maybe"}, "status_is_known|judged_or_skipped"),
        ({"time_ms": -1}, "a_day_at_most"),
        ({"time_ms": 86_400_001}, "a_day_at_most"),
        ({"given_text": "x" * 1001}, "answer_is_short"),
    ],
)
def test_answer_that_makes_no_sense_is_refused(ada: UUID, given: dict[str, Any], rule: str) -> None:
    session = plain_session(ada)
    with pytest.raises(DatabaseError, match=rule), transaction.atomic():
        plain_answer(session, ada, **given)


def test_a_judged_answer_is_for_good_but_for_what_was_typed(ada: UUID) -> None:
    session = plain_session(ada)
    plain_answer(session, ada, given_text="my name")
    refuses("Cannot update", "UPDATE answers SET is_correct = false")
    refuses("Cannot delete", "DELETE FROM answers")
    run("UPDATE answers SET given_text = NULL")


def test_a_members_answers_come_from_the_seeds_index() -> None:
    definition = value("SELECT pg_get_indexdef('idx_answer_analytics'::regclass)")
    assert "(user_id, answered_at DESC, is_correct) WHERE (is_correct IS NOT NULL)" in definition


def test_vacuum_settings_are_the_seeds() -> None:
    wanted = {"user_i": "0.02", "user_p": "0.05", "answer": "0.05", "quiz_s": "0.1"}
    settings = dict(
        run(
            "SELECT relname, array_to_string(reloptions, ' ') FROM pg_class WHERE relname IN"
            " ('user_progress', 'quiz_sessions') OR oid IN (SELECT inhrelid FROM pg_inherits"
            "  WHERE inhparent IN ('answers'::regclass, 'user_interactions'::regclass))"
        )
    )
    for name, options in settings.items():
        assert f"autovacuum_vacuum_scale_factor={wanted[name[:6]]}" in options.split()
    assert {name[:6] for name in settings} == set(wanted)


def test_a_partition_made_later_has_the_settings_of_the_one_before() -> None:
    name = value("SELECT create_partition('user_interactions', 'month', '2031-05-05')")
    options = value("SELECT reloptions::text FROM pg_class WHERE relname = %s", name)
    assert "autovacuum_vacuum_scale_factor=0.02" in options


# --- Figures -------------------------------------------------------------------------------------
def test_figures_follow_their_counts(ada: UUID) -> None:
    question, _ = published()
    assert run(
        "INSERT INTO question_difficulty (question_id) VALUES (%s)"
        " RETURNING difficulty_score::text, success_rate, average_time",
        question,
    ) == [("0.50", None, None)]
    assert run(
        "UPDATE question_difficulty SET attempt_count = 30000000, correct_count = 10000000,"
        " timed_count = 30000000, total_time_ms = 300000000000"
        " RETURNING difficulty_score::text, success_rate::text, average_time"
    ) == [("0.67", "33.33", 10)]
    assert run(
        "INSERT INTO user_progress (user_id, bonus, total_questions, total_correct)"
        " VALUES (%s, 194, 8, 5) RETURNING experience, level, accuracy::text",
        ada,
    ) == [(250, 3, "62.50")]
    assert run("UPDATE user_progress SET bonus = 1000000 RETURNING level") == [(100,)]


def test_the_ospf_example_of_the_seed_works_as_written(ada: UUID) -> None:
    run(
        "INSERT INTO user_progress (user_id, category_stats) VALUES (%s, %s)",
        ada,
        '{"OSPF": {"accuracy": 56.25, "answered": 16, "correct": 9}}',
    )
    run("SET LOCAL enable_seqscan = off")
    for condition, index in (
        ("category_stats->'OSPF'->>'accuracy' = '56.25'", "idx_user_progress_ospf_accuracy"),
        (
            "(category_stats->'OSPF'->>'accuracy')::numeric(5,2) BETWEEN 9 AND 60",
            "user_progress_ospf",
        ),
    ):
        assert run(f"SELECT user_id FROM user_progress WHERE {condition}") == [(ada,)]
        assert index in str(run(f"EXPLAIN SELECT user_id FROM user_progress WHERE {condition}"))


@pytest.mark.parametrize("action", ["", "Viewed", "a b", "x" * 61, "1st"])
def test_an_action_is_a_code(ada: UUID, action: str) -> None:
    refuses(
        "action_is_a_code",
        "INSERT INTO user_interactions (user_id, action_type) VALUES (%s, %s)",
        ada,
        action,
    )


def test_interaction_details_are_small(ada: UUID) -> None:
    refuses(
        "details_are_small",
        "INSERT INTO user_interactions (user_id, action_type, details)"
        " VALUES (%s, 'viewed', jsonb_build_object('x', repeat('y', 9000)))",
        ada,
    )


# --- Client roles --------------------------------------------------------------------------------
OWN = (
    "quiz_sessions",
    "answers",
    "study_sessions",
    "user_interactions",
    "user_progress",
    "performance_summaries",
    "user_interaction_summary",
)


def one_row_of_each(member: UUID) -> None:
    plain_answer(plain_session(member), member)
    run("INSERT INTO study_sessions (user_id) VALUES (%s)", member)
    run("INSERT INTO user_interactions (user_id, action_type) VALUES (%s, 'viewed')", member)
    run("INSERT INTO user_progress (user_id) VALUES (%s)", member)
    run("INSERT INTO performance_summaries (user_id) VALUES (%s)", member)
    run(
        "INSERT INTO user_interaction_summary (user_id, action_type, date, count)"
        " VALUES (%s, 'viewed', '2026-01-01', 1)",
        member,
    )


@pytest.mark.parametrize("table", OWN)
def test_learners_see_their_own_rows_only(ada: UUID, bo: UUID, table: str) -> None:
    one_row_of_each(ada)
    one_row_of_each(bo)
    assert ask(MEMBER, ada, f"SELECT user_id FROM {table}") == [(ada,)]
    assert ask(MEMBER, "", f"SELECT user_id FROM {table}") == []
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        ask(ANON, ada, f"SELECT user_id FROM {table}")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT is_correct FROM answers",
        "SELECT correct_count FROM quiz_sessions",
        "SELECT * FROM all_quiz_sessions",
        "SELECT content FROM question_revisions",
        "SELECT * FROM choices",
        "SELECT * FROM question_difficulty",
        "SELECT * FROM uncounted_answers",
        "SELECT * FROM answers_set_aside",
        "INSERT INTO answers (session_id) VALUES (uuidv7())",
        "INSERT INTO quiz_sessions (user_id) VALUES (uuidv7())",
        "UPDATE quiz_sessions SET score = 100",
        "UPDATE user_progress SET bonus = 1000000",
        "UPDATE performance_summaries SET total_correct_answers = 1",
        "DELETE FROM user_interactions",
        "UPDATE study_sessions SET user_id = uuidv7()",
    ],
)
def test_learners_neither_learn_the_key_nor_write_figures(ada: UUID, query: str) -> None:
    one_row_of_each(ada)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        ask(MEMBER, ada, query)


def test_learners_keep_their_own_study_time(ada: UUID, bo: UUID) -> None:
    start = "INSERT INTO study_sessions (user_id) VALUES (%s) RETURNING id"
    ((key,),) = ask(MEMBER, ada, start, ada)
    change = "UPDATE study_sessions SET focus_time = 60, end_time = now() WHERE id = %s"
    assert ask(MEMBER, ada, change, key) == [(1,)]
    assert ask(MEMBER, bo, change, key) == [(0,)]
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        ask(MEMBER, bo, start, ada)


def test_learners_record_their_own_interactions(ada: UUID, bo: UUID) -> None:
    add = "INSERT INTO user_interactions (user_id, action_type) VALUES (%s, 'viewed')"
    assert ask(MEMBER, ada, add, ada) == [(1,)]
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        ask(MEMBER, bo, add, ada)


def test_models_read_what_stands_there(ada: UUID) -> None:
    session = plain_session(ada)
    row = QuizSession.objects.get(pk=session)
    assert (row.user_id, row.question_count, row.status) == (ada, 2, "active")
    assert not Answer.objects.filter(session_id=session).exists()


def test_nothing_points_into_sessions_or_partitions_by_a_foreign_key() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND confrelid IN"
            " ('quiz_sessions'::regclass, 'answers'::regclass, 'user_interactions'::regclass)"
        )
        assert cursor.fetchall() == []
