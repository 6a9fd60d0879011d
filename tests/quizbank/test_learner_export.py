"""`get_learner_export_batch()`: seed 002's facts of members, a batch after the other."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from ops.models import ErasedMember
from quizbank.models import QuizSession
from tests.quizbank.learning import learner, run, value
from tests.rows import make_row

pytestmark = pytest.mark.django_db
COLUMNS = (
    "user_id",
    "user_created",
    "level",
    "total_questions",
    "accuracy",
    "total_sessions",
    "avg_score",
)


def batch(after: UUID | None = None, limit: int | None = 1000) -> list[tuple[Any, ...]]:
    return run("SELECT * FROM get_learner_export_batch(%s, %s)", after, limit)


def test_columns_are_those_of_the_seed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM get_learner_export_batch()")
        assert tuple(column.name for column in cursor.description) == COLUMNS


def test_facts_of_a_member() -> None:
    session = make_row(QuizSession)
    run(
        "UPDATE quiz_sessions SET status = 'completed', score = 80,"
        " completed_at = clock_timestamp() WHERE id = %s",
        session.pk,
    )
    run(
        "INSERT INTO user_progress (user_id, total_questions, total_correct, category_stats)"
        " VALUES (%s, 4, 3, '{}')",
        session.user_id,
    )
    [row] = batch()
    known = dict(zip(COLUMNS, row, strict=True))
    assert known["user_id"] == session.user_id
    assert (known["level"], known["total_questions"]) == (1, 4)
    assert known["accuracy"] == Decimal("75.00")
    assert (known["total_sessions"], known["avg_score"]) == (1, Decimal("80.00"))


def test_member_who_never_learned_has_no_figures() -> None:
    key = learner()
    [row] = batch()
    assert row[0] == key
    assert row[2:] == (None, None, None, 0, None)


def test_batches_have_everybody_once() -> None:
    members = sorted(learner(f"Learner {n}") for n in range(7))
    found: list[UUID] = []
    while rows := batch(found[-1] if found else None, 3):
        assert len(rows) <= 3
        found += [row[0] for row in rows]
    assert found == members


def test_erased_members_are_left_out() -> None:
    kept, gone = learner(), learner()
    ErasedMember.objects.create(pk=gone)
    assert [row[0] for row in batch()] == [kept]


@pytest.mark.parametrize("limit", [0, -1, 10_001, None])
def test_limit_is_bounded(limit: int | None) -> None:
    with pytest.raises(DatabaseError, match="p_limit is 1 to 10,000"), transaction.atomic():
        batch(None, limit)


@pytest.mark.parametrize("role", ["steward_anon", "steward_member"])
def test_clients_may_not_call_it(role: str) -> None:
    assert not value(
        "SELECT has_function_privilege(%s, 'get_learner_export_batch(uuid, integer)', 'EXECUTE')",
        role,
    )


def test_a_batch_reads_its_members_alone() -> None:
    members = sorted(learner(f"Learner {n}") for n in range(300))
    run("ANALYZE members")
    query = (
        "EXPLAIN (FORMAT JSON) SELECT m.id FROM public.members AS m WHERE m.id > %s"
        " ORDER BY m.id LIMIT 10"
    )
    plan = value(query, members[5])[0]["Plan"]
    assert "members_pkey" in str(plan)
