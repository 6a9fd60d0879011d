"""Ranks against a plain oracle; movement; the percentile; who may ask."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.db.models.expressions import NegatedExpression
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assessments.models import (
    AssessmentSession,
    LeaderboardMover,
    LeaderboardPrevious,
    LeaderboardRow,
    LeaderboardTotal,
    Member,
)
from ops.models import Run
from tests.assessments.people import make_member, make_session
from tests.assessments.roles import ANON, MEMBER, ask

pytestmark = pytest.mark.django_db

DIMENSIONS = {
    "overall": "overall_score",
    "technical": "technical_score",
    "emotional": "emotional_score",
    "creative": "creative_score",
    "lightning": "lightning_round_score",
}
NOW = timezone.now()
KEPT = ("leaderboard_attempts", "leaderboard_steps", "leaderboard_movers", "leaderboard_totals")


def refresh() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT refresh_assessment_leaderboard()")


def attempt(member: Member, overall: int | None, *, days: int = 0, **given: Any) -> Any:
    moment = NOW - timedelta(days=days)
    return make_session(
        member, overall_score=overall, started_at=moment, completed_at=moment, **given
    )


def percentile(member: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT get_lightning_percentile(%s)", [getattr(member, "pk", member)])
        return cursor.fetchone()[0]


def oracle() -> dict[UUID, dict[str, Any]]:
    """Member → rank by dimension, the slow and plain way."""
    best: dict[UUID, AssessmentSession] = {}
    sessions = AssessmentSession.objects.filter(status="completed", user__is_active=True)
    for each in sessions.exclude(overall_score=None):
        known = best.get(each.user_id)
        if known is None or order(each) < order(known):
            best[each.user_id] = each
    return {
        user: {
            name: None
            if (own := getattr(each, field)) is None
            else 1 + sum((getattr(other, field) or -1) > own for other in best.values())
            for name, field in DIMENSIONS.items()
        }
        for user, each in best.items()
    }


def order(session: AssessmentSession) -> tuple[Any, ...]:
    return -session.overall_score, session.completed_at, session.pk


def overall_of(score: int | None) -> dict[str, int | None]:
    return {"overall": score}


def board() -> dict[UUID, dict[str, Any]]:
    return {
        row.user_id: {name: getattr(row, f"{name}_rank") for name in DIMENSIONS}
        for row in LeaderboardRow.objects.all()
    }


def before() -> dict[UUID, int | None]:
    return dict(LeaderboardPrevious.objects.values_list("pk", "overall_rank"))


def versions(table: str) -> list[Any]:
    """Where each row lies, and who wrote it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ctid::text, xmin::text FROM {table} ORDER BY 1")
        return cursor.fetchall()


CATEGORIES = ("technical", "emotional", "creative")
# Few values: ties, and NULL.
scores = st.sampled_from([None, 0, 10, 50, 90, 100])
categories = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("technical", "emotional", "creative"), scores)
    ),
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("technical", "creative"), scores.filter(bool).map(overall_of))
    ),
)
attempts = st.fixed_dictionaries(
    {
        "overall": scores,
        "days": st.integers(0, 2),
        "category_scores": categories,
        "lightning_round_score": scores,
    }
)
people = st.lists(st.tuples(st.booleans(), st.lists(attempts, max_size=3)), max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(people=people)
@example(people=[])
@example(people=[(True, [])])
@example(people=[(True, [{"overall": 50, "days": 0}])])
@example(people=[(True, [{"overall": 50, "days": 1}] * 3)] * 3)
@example(people=[(True, [{"overall": None, "days": 0, "lightning_round_score": 90}])])
@example(people=[(False, [{"overall": 100, "days": 0}]), (True, [{"overall": 1, "days": 0}])])
def test_ranks_are_the_oracles(people: list[tuple[bool, list[dict[str, Any]]]]) -> None:
    with transaction.atomic():
        for is_active, tries in people:
            member = make_member(is_active=is_active)
            for each in tries:
                attempt(member, **each)
        refresh()

        right = oracle()
        assert board() == right
        totals = dict(LeaderboardTotal.objects.values_list("dimension", "members"))
        assert totals == {
            name: sum(ranks[name] is not None for ranks in right.values()) for name in DIMENSIONS
        }
        assert LeaderboardRow.objects.filter(overall_score=None).count() == 0
        transaction.set_rollback(True)


# Of one round: who tries again, and whose activity turns.
place = st.integers(0, 3)
tries = st.lists(st.tuples(place, attempts), max_size=3)
rounds = st.lists(st.tuples(tries, st.sets(place)), min_size=1, max_size=5)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(rounds=rounds)
def test_ranks_before_are_those_of_the_last_refresh_that_differed(rounds: list[Any]) -> None:
    with transaction.atomic():
        members = [make_member() for _ in range(4)]
        shown: dict[UUID, dict[str, Any]] = {}
        earlier: dict[UUID, dict[str, Any]] = {}
        for tries, turned in rounds:
            for place, each in tries:
                attempt(members[place], **each)
            for place in turned:
                Member.objects.filter(pk=members[place].pk).update(
                    is_active=NegatedExpression(F("is_active"))
                )
            refresh()
            if board() != shown:
                earlier, shown = shown, board()

            assert shown == oracle()
            unranked = dict.fromkeys(DIMENSIONS)
            assert {
                row.user_id: {name: getattr(row, f"{name}_rank") for name in DIMENSIONS}
                for row in LeaderboardPrevious.objects.all()
            } == {member: earlier.get(member, unranked) for member in shown}
        transaction.set_rollback(True)


def test_ties_share_a_rank_and_the_earlier_comes_first() -> None:
    scores = [(30, 1), (50, 1), (50, 2), (30, 5), (10, 1)]
    members = [make_member() for _ in scores]
    for member, (overall, days) in zip(members, scores, strict=True):
        attempt(member, overall, days=days)
    refresh()

    rows = LeaderboardRow.objects.values_list("overall_rank", "user_id")
    order_of = [members[index].pk for index in (2, 1, 3, 0, 4)]
    assert list(rows) == list(zip([1, 1, 3, 3, 5], order_of, strict=True))


def test_second_attempt_breaks_no_refresh_and_the_best_counts(member: Member) -> None:
    for overall in (60, 90, 70):
        attempt(member, overall)
    refresh()
    assert [row.overall_score for row in LeaderboardRow.objects.all()] == [90]


def test_movement_is_since_the_last_refresh_that_differed(member: Member, other: Member) -> None:
    attempt(member, 50)
    attempt(other, 60)
    refresh()
    assert before() == {member.pk: None, other.pk: None}

    attempt(member, 70)
    for _ in range(2):
        refresh()
        assert before() == {member.pk: 2, other.pk: 1}
        assert {key: ranks["overall"] for key, ranks in board().items()} == {
            member.pk: 1,
            other.pk: 2,
        }

    Member.objects.filter(pk=other.pk).update(is_active=False)
    refresh()
    assert before() == {member.pk: 1}
    assert board()[member.pk]["overall"] == 1


def test_refresh_without_a_change_writes_no_row(member: Member, other: Member) -> None:
    attempt(member, 50)
    attempt(other, 60)
    refresh()

    known = [versions(table) for table in KEPT]
    refresh()
    assert [versions(table) for table in KEPT] == known


def test_who_comes_first_rewrites_nobody_else(member: Member, other: Member) -> None:
    attempt(member, 50)
    refresh()
    [known] = versions("leaderboard_attempts")

    attempt(other, 60)
    refresh()

    assert board()[member.pk]["overall"] == 2
    assert known in versions("leaderboard_attempts")
    assert LeaderboardMover.objects.get().user_id == other.pk


def test_a_change_that_is_no_score_is_seen(member: Member) -> None:
    session = attempt(member, 50)
    refresh()
    AssessmentSession.objects.filter(pk=session.pk).update(
        archetype="Explorer", badges=["late"], category_scores={"creative": 7}
    )
    refresh()
    row = LeaderboardRow.objects.get()
    assert (row.archetype, row.badges, row.creative_score) == ("Explorer", ["late"], 7)
    assert (row.category_scores, row.creative_rank) == ({"creative": 7}, 1)


def test_refresh_is_in_the_ledger(member: Member) -> None:
    attempt(member, 50)
    refresh()
    run = Run.objects.get(operation="refresh", target="assessment_leaderboard")
    assert run.result == "1 rows."


def test_percentile_is_how_many_are_behind() -> None:
    members = [make_member() for _ in range(5)]
    for member, lightning in zip(members, (90, 70, 70, 10, None), strict=True):
        attempt(member, 50, lightning_round_score=lightning)
    refresh()
    found = [percentile(member) for member in members]
    assert [None if each is None else float(each) for each in found] == [
        100.0,
        66.67,
        66.67,
        0.0,
        None,
    ]
    assert percentile(uuid4()) is None
    assert percentile(None) is None


def test_only_one_on_the_board_has_no_percentile(member: Member) -> None:
    attempt(member, 50, lightning_round_score=80)
    refresh()
    assert percentile(member) is None


def test_members_ask_for_their_own_percentile_only(member: Member, other: Member) -> None:
    for each, lightning in ((member, 80), (other, 60)):
        attempt(each, 50, lightning_round_score=lightning)
    refresh()
    own = ask(MEMBER, member.pk, "SELECT get_lightning_percentile(%s)", member.pk)
    assert [float(value) for (value,) in own] == [100.0]
    for caller in (member.pk, None):
        with pytest.raises(DatabaseError, match="their own percentile only"):
            ask(MEMBER, caller, "SELECT get_lightning_percentile(%s)", other.pk)
    with pytest.raises(DatabaseError, match="permission denied"):
        ask(ANON, None, "SELECT get_lightning_percentile(%s)", other.pk)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM assessment_leaderboard",
        "SELECT * FROM leaderboard_totals",
        "SELECT * FROM leaderboard_previous",
        "SELECT refresh_assessment_leaderboard()",
        "SELECT refresh_leaderboard_attempts()",
        "SELECT climb_leaderboard_steps(true)",
        "SELECT * FROM leaderboard_attempts",
        "SELECT * FROM leaderboard_steps",
        "SELECT * FROM leaderboard_movers",
    ],
)
@pytest.mark.parametrize("role", [ANON, MEMBER])
def test_board_is_closed_to_client_roles(member: Member, role: str, query: str) -> None:
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
        ask(role, member.pk, query)
