"""Old sessions go to the archive, old interactions to a summary that is proved first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from ops.models import Run
from ops.runner import perform_here
from ops.work import Refused
from quizbank import intake
from quizbank.intake import counting, keeping
from quizbank.models import AnyQuizSession, InteractionSummary
from tests.quizbank.intake.sessions import answer, start
from tests.quizbank.learning import (
    ID_AT,
    learner,
    plain_answer,
    plain_session,
    published,
    run,
    value,
)
from tests.quizbank.test_counting import place
from tests.quizbank.test_item_statistics import choices_of

# All of them commit: a module that mixes would leave its data to the tests of others.
pytestmark = pytest.mark.django_db(transaction=True)


def completed(member: UUID, days_ago: int, **given: Any) -> UUID:
    moment = datetime.now(UTC) - timedelta(days=days_ago)
    return plain_session(
        member,
        status="completed",
        started_at=moment - timedelta(minutes=5),
        completed_at=moment,
        expires_at=moment + timedelta(hours=1),
        score=50,
        answered_count=1,
        correct_count=1,
        skipped_count=1,
        **given,
    )


def row_of(session: UUID) -> Any:
    return value(
        "SELECT to_jsonb(s) - 'is_archived' FROM all_quiz_sessions AS s WHERE id = %s", session
    )


def test_old_sessions_move_as_they_are() -> None:
    ada = learner("Ada")
    old = [completed(ada, days, time_limit=60, filters='{"topic": 1}') for days in (31, 45, 400)]
    young = [completed(ada, 29), plain_session(ada)]
    before = [row_of(session) for session in old]
    assert list(keeping.archive_sessions(2)) == [2, 1]
    assert [row_of(session) for session in old] == before
    assert set(run("SELECT id FROM quiz_sessions")) == {(session,) for session in young}
    assert AnyQuizSession.objects.filter(is_archived=True).count() == 3
    assert list(keeping.archive_sessions()) == []


def test_an_archived_session_keeps_its_results_and_its_figures() -> None:
    ada = learner("Ada")
    question = published()
    session = start(ada, [question])
    intake.submit_answers(session=session, member=ada, answers=[answer(question)])
    intake.complete_session(session=session)
    list(counting.count_new_answers())
    run("SET CONSTRAINTS ALL IMMEDIATE")
    with transaction.atomic():
        run("ALTER TABLE quiz_sessions DISABLE TRIGGER USER")
        run(
            "UPDATE quiz_sessions SET started_at = started_at - interval '60 days',"
            " completed_at = completed_at - interval '60 days'"
        )
        run("ALTER TABLE quiz_sessions ENABLE TRIGGER USER")
    assert list(keeping.archive_sessions()) == [1]
    assert value("SELECT is_correct FROM get_quiz_results(%s)", session) is True
    assert {row.different for row in counting.recount_answers()} == {0}
    rows = intake.submit_answers(session=session, member=ada, answers=[answer(question)])
    assert rows[0].outcome == "refused"


def test_sessions_stay_for_a_day_at_least() -> None:
    with pytest.raises(DatabaseError, match="a day or more"), transaction.atomic():
        run("SELECT archive_quiz_sessions(10, 0)")


def interact(member: UUID, day: date, action: str = "viewed", times: int = 1) -> None:
    for second in range(times):
        run(
            f"INSERT INTO user_interactions (id, user_id, action_type) VALUES ({ID_AT}, %s, %s)",
            datetime(day.year, day.month, day.day, 12, 0, second, tzinfo=UTC),
            member,
            action,
        )


def summary() -> dict[tuple[str, date], int]:
    rows = InteractionSummary.objects.all()
    return {(row.action_type, row.date): row.count for row in rows}


def test_the_summary_counts_by_member_action_and_day() -> None:
    ada = learner("Ada")
    today = datetime.now(UTC).date()
    run("SELECT create_partition('user_interactions', 'month', %s)", today - timedelta(days=40))
    yesterday = today - timedelta(days=1)
    run("SELECT create_partition('user_interactions', 'month', %s)", yesterday)
    interact(ada, yesterday, times=3)
    interact(ada, yesterday, "searched")
    interact(ada, today)
    assert keeping.summarise_last_days() == 4
    assert summary() == {("viewed", yesterday): 3, ("searched", yesterday): 1}
    interact(ada, yesterday, times=2)
    assert keeping.summarise_last_days() == 6
    assert summary()["viewed", yesterday] == 5


def test_a_summary_that_says_more_is_not_proved() -> None:
    ada = learner("Ada")
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    run(
        "INSERT INTO user_interaction_summary (user_id, action_type, date, count)"
        " VALUES (%s, 'viewed', %s, 3)",
        ada,
        yesterday,
    )
    with pytest.raises(Refused, match="1 rows that the interactions"):
        keeping.prove_summary(yesterday, yesterday + timedelta(days=1))


LONG_AGO = date(2020, 5, 1)


@pytest.fixture
def old_month(transactional_db: None) -> UUID:
    run("SELECT create_partition('user_interactions', 'month', %s)", LONG_AGO)
    ada = learner("Ada")
    interact(ada, date(2020, 5, 7), times=4)
    return ada


def archive() -> Run:
    order = {
        "operation": "archive_partition",
        "target": "user_interactions.user_interactions_2020_05",
    }
    return perform_here(**order)[0]


def test_a_month_goes_to_the_archive_once_its_summary_is_proved(
    old_month: UUID, settings: Any, tmp_path: Any
) -> None:
    settings.STEWARD_ARCHIVE_DIR = tmp_path
    done = archive()
    assert done.status == "completed", done.error
    assert summary() == {("viewed", date(2020, 5, 7)): 4}
    assert value("SELECT count(*) FROM user_interactions") == 0
    perform_here(operation="restore_partition", target=done.target)
    assert value("SELECT count(*) FROM user_interactions") == 4
    run("DROP TABLE user_interactions_2020_05")


def test_a_month_stays_while_its_summary_is_wrong(old_month: UUID) -> None:
    run(
        "INSERT INTO user_interaction_summary (user_id, action_type, date, count)"
        " VALUES (%s, 'searched', '2020-05-09', 3)",
        old_month,
    )
    refused = archive()
    assert "The summary of interactions has 1 rows" in refused.error
    assert value("SELECT count(*) FROM user_interactions") == 4
    run("DROP TABLE user_interactions_2020_05")


def test_the_nightly_run_orders_what_is_due(old_month: UUID) -> None:
    done, _ = perform_here(operation="summarise_interactions")
    assert "The archive of 1 months is ordered" in done.result
    assert Run.objects.filter(operation="archive_partition").count() == 1
    run("DROP TABLE user_interactions_2020_05")
    moved, _ = perform_here(operation="archive_sessions")
    assert moved.result == "0 sessions moved to the archive."


def long_ago(member: UUID, *questions: tuple[UUID, UUID]) -> UUID:
    """A session of May 2020 with an answer to each question, the last one wrong; counted."""
    session = value("SELECT uuidv7('2020-05-07'::timestamptz - clock_timestamp())")
    for question, revision in questions:
        plain_answer(
            session, member, question_id=question, revision_id=revision, time_ms=4_000,
            is_correct=(question, revision) != questions[-1], answered_at="2020-05-07",
        )  # fmt: skip
    run(
        "INSERT INTO uncounted_answers (session_id, question_ids) VALUES (%s, %s)",
        session,
        [question for question, _ in questions],
    )
    list(counting.count_new_answers())
    return session


def figures() -> list[Any]:
    return [
        run(f"SELECT to_jsonb(f) - 'updated_at' FROM {table} AS f ORDER BY 1")
        for table in ("question_difficulty", "user_progress", "performance_summaries")
    ]


def differences() -> int:
    return sum(row.different for row in counting.recount_answers())


def order(operation: str) -> Run:
    done, _ = perform_here(operation=operation, target="answers.answers_2020_05")
    assert done.status == "completed", done.error
    return done


def test_a_recount_counts_the_answers_in_the_archive(settings: Any, tmp_path: Any) -> None:
    settings.STEWARD_ARCHIVE_DIR = tmp_path
    run("SELECT create_partition('answers', 'month', %s)", LONG_AGO)
    ada, bob = learner("Ada"), learner("Bob")
    bank = [published(stem=f"Question {n}?") for n in range(3)]
    for question, _ in bank:
        place(question, "NET")
    long_ago(ada, *bank)
    long_ago(bob, *bank[:2])
    keeping.archive_sessions()
    session = start(ada, bank)
    intake.submit_answers(session=session, member=ada, answers=[answer(q) for q in bank])
    list(counting.count_new_answers())
    before = figures()

    order("archive_partition")

    assert value("SELECT count(*) FROM answers") == 3
    assert differences() == 0
    run("UPDATE user_progress SET area_stats = '{}', category_stats = '{}', total_questions = 90")
    run("UPDATE question_difficulty SET attempt_count = 90")
    run("UPDATE performance_summaries SET total_time_ms = 1")
    counting.recount_answers(repair=True)
    assert figures() == before
    order("restore_partition")
    assert differences() == 0
    run("DROP TABLE answers_2020_05")


def met(member: UUID, exam: int, bank: list[tuple[UUID, UUID]], at: datetime, right: str) -> None:
    """A completed session with an answer to each question: 1 right, 0 wrong, - skipped."""
    session = value(f"SELECT {ID_AT}", at)
    questions, revisions = ([row[place] for row in bank] for place in (0, 1))
    plain_session(
        member, id=session, status="completed", exam_id=exam, score=0, started_at=at,
        completed_at=at, expires_at=at + timedelta(hours=1), question_ids=questions,
        revision_ids=revisions,
    )  # fmt: skip
    for (question, revision), mark in zip(bank, right, strict=True):
        choices = choices_of(revision)
        given: dict[str, Any] = {"is_correct": mark == "1", "time_ms": 4_000 + len(right)}
        # The second question takes two choices.
        given["choice_ids"] = choices if question == questions[1] else [choices[mark == "0"]]
        if mark == "-":
            given = {"status": "skipped", "is_correct": None}
        plain_answer(
            session, member, question_id=question, revision_id=revision, answered_at=at, **given
        )


def statistics(exam: int, bank: list[tuple[UUID, UUID]]) -> list[Any]:
    """Computed anew: of all together, of one alone, of the exam, and the days."""
    run("REFRESH MATERIALIZED VIEW user_daily_stats")
    found = [
        run("SELECT * FROM user_daily_stats ORDER BY user_id, stat_date"),
        run("SELECT * FROM exam_reliability(%s)", exam),
    ]
    # More than 20 revisions are looked for another way.
    others = [value("SELECT gen_random_uuid()") for _ in range(20)]
    for asked in ([row[1] for row in bank] + others, [bank[0][1]]):
        run("DELETE FROM choice_statistics")
        run("DELETE FROM item_statistics")
        value("SELECT compute_item_statistics(%s, 2)", asked)
        found += [
            run(f"SELECT to_jsonb(s) - '{{id,computed_at}}'::text[] FROM {table} AS s ORDER BY 1")
            for table in ("item_statistics", "choice_statistics")
        ]
    return found


def test_statistics_hold_the_answers_in_the_archive(settings: Any, tmp_path: Any) -> None:
    settings.STEWARD_ARCHIVE_DIR = tmp_path
    run("SELECT create_partition('answers', 'month', %s)", LONG_AGO)
    exam = value("INSERT INTO exams (code, title, description) VALUES ('A', 'A', '') RETURNING id")
    bank = [published(stem=f"Question {n}?") for n in range(3)]
    then, today = datetime(2020, 5, 7, tzinfo=UTC), datetime.now(UTC) - timedelta(minutes=1)
    for number, right in enumerate(("111", "101", "110", "0-0", "100")):
        met(learner(f"Old {number}"), exam, bank, then, right)
    for number, right in enumerate(("011", "010", "111")):
        met(learner(f"Young {number}"), exam, bank, today, right)
    keeping.archive_sessions()
    before = statistics(exam, bank)
    assert len(before[0]) == 8
    assert [len(rows) for rows in before[1:]] == [1, 3, 6, 1, 2]
    assert value("SELECT n FROM item_statistics") == 8

    order("archive_partition")

    assert value("SELECT count(*) FROM answers") == 9
    assert statistics(exam, bank) == before
    order("restore_partition")
    assert statistics(exam, bank) == before
    run("DROP TABLE answers_2020_05")


def test_answers_that_wait_to_be_counted_stay(settings: Any, tmp_path: Any) -> None:
    run("SELECT create_partition('answers', 'month', %s)", LONG_AGO)
    session = value("SELECT uuidv7('2020-05-07'::timestamptz - clock_timestamp())")
    run(
        "INSERT INTO uncounted_answers (session_id, question_ids) VALUES (%s, ARRAY[%s])",
        session,
        session,
    )
    with pytest.raises(DatabaseError, match="wait to be counted"), transaction.atomic():
        run("SELECT keep_archived_counts('2020-05-01', '2020-06-01')")
    run("DROP TABLE answers_2020_05")


def test_who_is_erased_leaves_no_counts(db: None) -> None:
    ada = learner("Ada")
    run(
        "INSERT INTO archived_member_counts"
        " (month, user_id, answered, correct, time_ms, timed, last_at)"
        " VALUES ('2020-05-01', %s, 1, 1, 1, 1, now())",
        ada,
    )
    run(
        "INSERT INTO archived_day_counts"
        " (month, user_id, stat_date, sessions, questions, correct, time_ms)"
        " VALUES ('2020-05-01', %s, '2020-05-07', 1, 1, 1, 1)",
        ada,
    )
    run("SELECT erase_member(%s)", ada)
    assert value("SELECT count(*) FROM archived_member_counts") == 0
    assert value("SELECT count(*) FROM archived_day_counts") == 0
