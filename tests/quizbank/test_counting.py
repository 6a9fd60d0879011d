"""Figures that follow the answers: each counts once, whoever commits when."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from ops.models import Run
from ops.runner import perform_here
from quizbank import intake
from quizbank.intake import counting
from quizbank.models import PerformanceSummary, QuestionDifficulty, UserProgress
from tests.quizbank.intake.sessions import answer, start
from tests.quizbank.learning import learner, plain_session, published, run, value

# All of them commit: a module that mixes would leave its data to the tests of others.
pytestmark = pytest.mark.django_db(transaction=True)


def count() -> int:
    return sum(counting.count_new_answers())


def differences() -> dict[str, int]:
    return {row.figure: row.different for row in counting.recount_answers()}


NONE = dict.fromkeys(
    ("question_difficulty", "user_progress", "performance_summaries", "success_rate"), 0
)


@pytest.fixture
def bank() -> list[tuple[UUID, UUID]]:
    return [published(stem=f"Question {n}?") for n in range(10)]


def place(question: UUID, *codes: str, exam: int | None = None) -> int:
    """Into the last of these categories, each below the one before; its id."""
    parent = None
    for code in codes:
        parent = value(
            "INSERT INTO categories (exam_id, parent_id, kind, code, name, position)"
            " VALUES (%s, %s, 'topic', %s, %s, 0)"
            " ON CONFLICT (exam_id, code) DO UPDATE SET name = EXCLUDED.name RETURNING id",
            exam,
            parent,
            code,
            code,
        )
    run(
        "INSERT INTO question_categories (question_id, category_id, is_primary)"
        " VALUES (%s, %s, true)",
        question,
        parent,
    )
    assert parent is not None
    return parent


def test_exams_that_share_a_code_add_up_under_it_and_are_apart_by_category(
    bank: list[tuple[UUID, UUID]],
) -> None:
    ada = learner("Ada")
    first, second = (
        value(
            "INSERT INTO exams (code, title, description) VALUES (%s, 'X', '') RETURNING id", code
        )
        for code in ("CCNA", "CCNP")
    )
    easy = place(bank[0][0], "OSPF", exam=first)
    hard = place(bank[1][0], "OSPF", exam=second)
    shared = place(bank[2][0], "OSPF")
    session = start(ada, bank[:3])
    given = [answer(bank[0]), answer(bank[1], right=False), answer(bank[2])]
    intake.submit_answers(session=session, member=ada, answers=given)
    count()

    # As seed 002 has it.
    assert run("SELECT category_stats->'OSPF'->>'accuracy' FROM user_progress") == [("66.67",)]
    progress = UserProgress.objects.get(user_id=ada)
    assert {key: row["accuracy"] for key, row in progress.area_stats.items()} == {
        str(easy): 100, str(hard): 0, str(shared): 100,
    }  # fmt: skip
    assert value("SELECT areas FROM draw_scope(%s, 'weak_areas')", ada) == [hard]
    assert differences() == NONE


def test_a_category_that_went_is_no_weak_area(bank: list[tuple[UUID, UUID]]) -> None:
    ada = learner("Ada")
    place(bank[0][0], "GONE")
    session = start(ada, bank[:1])
    intake.submit_answers(session=session, member=ada, answers=[answer(bank[0], right=False)])
    count()
    run("DELETE FROM question_categories")
    run("DELETE FROM categories")
    assert value("SELECT areas FROM draw_scope(%s, 'weak_areas')", ada) == []


def test_figures_follow_the_answers(bank: list[tuple[UUID, UUID]]) -> None:
    ada = learner("Ada")
    place(bank[0][0], "NET", "ROUTING", "OSPF")
    place(bank[1][0], "NET", "ROUTING", "BGP")
    session = start(ada, bank[:4])
    intake.submit_answers(
        session=session,
        member=ada,
        answers=[
            answer(bank[0], time_ms=4_000),
            answer(bank[1], right=False, time_ms=9_000),
            answer(bank[2]),
        ],
    )
    intake.complete_session(session=session)
    assert count() == 3

    progress = UserProgress.objects.get(user_id=ada)
    assert (progress.total_questions, progress.total_correct, progress.experience) == (3, 2, 22)
    assert {code: (row["answered"], row["accuracy"]) for code, row in
            progress.category_stats.items()} == {
        "NET": (2, 50), "ROUTING": (2, 50), "OSPF": (1, 100), "BGP": (1, 0),
    }  # fmt: skip
    summary = PerformanceSummary.objects.get(user_id=ada)
    assert (summary.total_correct_answers, summary.average_time) == (2, 7)
    assert (summary.sessions_completed, str(summary.average_score)) == (1, "50.00")
    easy = QuestionDifficulty.objects.get(question=bank[0][0])
    assert (easy.attempt_count, easy.average_time, str(easy.difficulty_score)) == (1, 4, "0.33")
    assert run("SELECT success_rate::text, success_bucket FROM questions WHERE id = %s",
               bank[1][0]) == [("0.00", "hard")]  # fmt: skip
    assert not QuestionDifficulty.objects.filter(question=bank[3][0]).exists()
    assert differences() == NONE
    assert count() == 0


def test_a_session_without_a_fault_earns_a_bonus(bank: list[tuple[UUID, UUID]]) -> None:
    ada = learner("Ada")
    session = start(ada, bank[:5])
    intake.submit_answers(session=session, member=ada, answers=[answer(q) for q in bank[:5]])
    intake.complete_session(session=session)
    count()
    progress = UserProgress.objects.get(user_id=ada)
    assert (progress.bonus, progress.experience, progress.level) == (2, 52, 1)
    assert differences() == NONE


def test_a_session_that_is_scored_again_counts_as_it_is_now(bank: list[tuple[UUID, UUID]]) -> None:
    ada = learner("Ada")
    session = start(ada, bank[:2])
    received = value("SELECT clock_timestamp()")
    intake.complete_session(session=session)
    count()
    intake.submit_answers(
        session=session, member=ada, answers=[answer(bank[0])], received_at=received
    )
    count()
    summary = PerformanceSummary.objects.get(user_id=ada)
    assert (summary.sessions_completed, str(summary.average_score)) == (1, "50.00")
    assert differences() == NONE


def test_a_recount_finds_and_repairs_what_is_wrong(bank: list[tuple[UUID, UUID]]) -> None:
    ada = learner("Ada")
    place(bank[0][0], "NET")
    session = start(ada, bank)
    intake.submit_answers(session=session, member=ada, answers=[answer(q) for q in bank])
    count()
    run("UPDATE question_difficulty SET correct_count = 0 WHERE question_id = %s", bank[0][0])
    run("DELETE FROM question_difficulty WHERE question_id = %s", bank[1][0])
    run("UPDATE user_progress SET total_questions = 99, category_stats = '{}', area_stats = '{}'")
    run("DELETE FROM performance_summaries")
    assert differences() == NONE | {
        "question_difficulty": 2,
        "user_progress": 1,
        "performance_summaries": 1,
        "success_rate": 1,
    }
    counting.recount_answers(repair=True)
    assert differences() == NONE


def test_a_moved_question_is_a_difference_of_areas(bank: list[tuple[UUID, UUID]]) -> None:
    ada = learner("Ada")
    place(bank[0][0], "NET")
    session = start(ada, bank)
    intake.submit_answers(session=session, member=ada, answers=[answer(bank[0])])
    count()
    run("DELETE FROM question_categories")
    moved = place(bank[0][0], "SEC")
    assert differences() == NONE | {"user_progress": 1}
    counting.recount_answers(repair=True)
    progress = UserProgress.objects.get()
    assert list(progress.category_stats) == ["SEC"]
    assert list(progress.area_stats) == [str(moved)]


def test_who_is_erased_has_no_figures_and_the_questions_keep_theirs(
    bank: list[tuple[UUID, UUID]],
) -> None:
    ada = learner("Ada")
    session = start(ada, bank)
    intake.submit_answers(session=session, member=ada, answers=[answer(q) for q in bank[:5]])
    count()
    intake.submit_answers(session=session, member=ada, answers=[answer(q) for q in bank[5:]])
    run("SELECT erase_member(%s)", ada)
    count()
    assert not UserProgress.objects.exists()
    assert not PerformanceSummary.objects.exists()
    assert QuestionDifficulty.objects.count() == 10
    assert differences() == NONE


def test_answers_that_left_unnoticed_forbid_a_recount() -> None:
    run(
        "INSERT INTO ops_archive (table_name, partition_name, state, folder, lower, upper)"
        " VALUES ('answers', 'answers_2020_01', 'detaching', 'x', '2020-01-01', '2020-02-01')"
    )
    with pytest.raises(DatabaseError, match="of 2020-01-01 are on their way"), transaction.atomic():
        counting.recount_answers()
    run("UPDATE ops_archive SET state = 'frozen'")
    run("UPDATE ops_archive SET state = 'exported', manifest = '{}', row_count = 3")
    with pytest.raises(DatabaseError, match="was not kept"), transaction.atomic():
        counting.recount_answers()
    run("UPDATE ops_archive SET row_count = 0")
    assert differences() == NONE


def test_a_counter_that_dies_counts_nothing_twice(bank: list[tuple[UUID, UUID]]) -> None:
    ada = learner("Ada")
    session = start(ada, bank)
    intake.submit_answers(session=session, member=ada, answers=[answer(q) for q in bank])
    with transaction.atomic():
        run("SELECT * FROM count_answers()")
        transaction.set_rollback(True)
    assert count() == 10
    assert differences() == NONE


def test_incremental_figures_are_those_from_scratch(bank: list[tuple[UUID, UUID]]) -> None:
    """Members answer, complete and leave in any order while several counters run."""
    for n, (key, _) in enumerate(bank):
        place(key, "NET", f"TOPIC{n % 3}")
    members = [learner(f"Member {n}") for n in range(12)]

    def learn(member: UUID) -> None:
        dice = random.Random(str(member))  # noqa: S311
        try:
            for _ in range(4):
                session = start(member, dice.sample(bank, 8))
                for _ in range(dice.randint(1, 6)):
                    batch = [
                        answer(question, right=dice.random() < 0.6, time_ms=dice.randint(0, 9999))
                        for question in dice.choices(bank, k=4)
                    ]
                    intake.submit_answers(session=session, member=member, answers=batch)
                end = dice.choice((intake.complete_session, intake.abandon_session))
                end(session=session)
        finally:
            connection.close()

    def keep_counting(_: int) -> int:
        try:
            return sum(sum(counting.count_new_answers(3)) for _ in range(30))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        counters = pool.map(keep_counting, range(2))
        list(pool.map(learn, members))
        counted = sum(counters)
        assert differences() == NONE | {"success_rate": differences()["success_rate"]}
    counted += count()
    assert counted == value("SELECT count(*) FROM answers WHERE is_correct IS NOT NULL") > 100
    counting.show_success_rates()
    assert differences() == NONE


def perform(operation: str, **parameters: Any) -> Run:
    return perform_here(operation=operation, parameters=parameters)[0]


def test_the_operations_say_what_they_did(bank: list[tuple[UUID, UUID]]) -> None:
    ada = learner("Ada")
    session = start(ada, bank)
    intake.submit_answers(session=session, member=ada, answers=[answer(q) for q in bank])
    plain_session(learner("Bo"), started_at="2026-01-01T00:00Z", expires_at="2026-01-01T01:00Z")
    assert perform("close_expired_sessions").result.startswith("1 sessions closed")
    assert perform("count_answers").result.startswith("10 answers counted")
    assert "figures are what the answers say" in perform("recount_answers").result
    run("UPDATE user_progress SET bonus = 7")
    assert "1 of 1 in user_progress" in perform("recount_answers").result
    assert "All are right now" in perform("recount_answers", repair="yes").result
