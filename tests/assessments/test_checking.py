"""The check of the boards: right, stale, or wrong."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from assessments.checking import check_leaderboard
from assessments.models import LeaderboardRow, Member
from ops.admin.runs import shown
from ops.models import Run
from ops.runs import enqueue
from ops.work import Work
from tests.assessments.roles import ANON, MEMBER, ask
from tests.assessments.test_leaderboard import attempt, refresh

pytestmark = pytest.mark.django_db


def check() -> Any:
    return check_leaderboard(Work(uuid4(), "check-leaderboard", "", {}, 1))


def long_ago() -> None:
    """So that what a test wrote just now is not newer than the refresh."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ops_materialized_views SET refreshed_at = now() + interval '1 hour'")


def replace_board(doctored: str) -> None:
    """By a table of the same name, in which a test can write."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER VIEW assessment_leaderboard RENAME TO genuine")
        cursor.execute("CREATE TABLE assessment_leaderboard AS SELECT * FROM genuine")
        cursor.execute(doctored)


@pytest.fixture
def ranked(member: Member, other: Member) -> list[Member]:
    attempt(member, 50, lightning_round_score=70)
    attempt(member, 40, category_scores={"technical": 99})
    attempt(other, 60, category_scores={"technical": 12.5, "emotional": None, "creative": 3})
    refresh()
    return [member, other]


def test_nobody_on_the_board_is_right(db: None) -> None:
    assert check().text == "Every rank of 0 members is right."


@pytest.mark.usefixtures("ranked")
def test_what_was_just_refreshed_is_right() -> None:
    result = check()
    assert result.text == "Every rank of 2 members is right."
    assert (result.figures["differing"], result.figures["differences"]) == (0, [])


def test_an_attempt_since_the_refresh_makes_it_stale(ranked: list[Member]) -> None:
    long_ago()
    late = attempt(ranked[0], 70, category_scores=None, lightning_round_score=70)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ops_materialized_views SET refreshed_at = %s", [late.updated_at])
    result = check()
    assert "Refresh, and check again" in result.text
    rows = {(row["member"], row["board"]): row for row in result.figures["differences"]}
    first = rows[str(ranked[0].pk), "overall"]
    assert (first["stored"], first["by the attempts"]) == (2, 1)
    assert rows[str(ranked[1].pk), "overall"]["by the attempts"] == 2
    assert rows[None, "emotional"] == {
        "member": None,
        "board": "emotional",
        "stored": 1,
        "by the attempts": 0,
    }


@pytest.mark.parametrize(
    ("doctored", "stored", "right"),
    [
        ("UPDATE assessment_leaderboard SET lightning_rank = 7 WHERE lightning_rank = 1", 7, 1),
        ("DELETE FROM assessment_leaderboard WHERE lightning_rank = 1", None, 1),
    ],
)
def test_a_doctored_board_is_found_out(
    ranked: list[Member], doctored: str, stored: int | None, right: int
) -> None:
    long_ago()
    replace_board(doctored)
    result = check()
    assert "though no attempt changed" in result.text
    [found] = [row for row in result.figures["differences"] if row["board"] == "lightning"]
    assert found["member"] == str(ranked[0].pk)
    assert (found["stored"], found["by the attempts"]) == (stored, right)


def test_the_result_shows_the_first_hundred() -> None:
    for number in range(30):
        attempt(Member.objects.create(id=uuid4(), display_name=f"M {number}"), number)
    refresh()
    replace_board("UPDATE assessment_leaderboard SET overall_rank = 99, technical_rank = 99,"
                  " emotional_rank = 99, lightning_rank = 99")  # fmt: skip
    result = check()
    assert (result.figures["differing"], len(result.figures["differences"])) == (120, 100)


def test_run_page_shows_the_differences(ranked: list[Member]) -> None:
    replace_board("UPDATE assessment_leaderboard SET lightning_rank = 7 WHERE lightning_rank = 1")
    result = check()
    run, _ = enqueue(operation="check-leaderboard")
    Run.objects.filter(pk=run.pk).update(result=result.text, figures=result.figures)
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    page = client.get(f"/admin/ops/run/{run.pk}/change/").content.decode()
    assert '<h2 id="table1">Differences</h2>' in page
    assert f"<td>lightning</td><td>{ranked[0].pk}</td><td>7</td><td>1</td>" in page


def test_run_page_separates_the_digits_of_numbers_only() -> None:
    key = "76083089-c3a1-497c-9624-ef85800ee38a"
    assert [shown(value) for value in (1234567, key, None)] == ["1,234,567", key, "-"]


@pytest.mark.parametrize("role", [ANON, MEMBER])
def test_client_roles_may_not_check(member: Member, role: str) -> None:
    with pytest.raises(Exception, match="permission denied"):
        ask(role, member.pk, "SELECT * FROM check_leaderboard()")
    assert LeaderboardRow.objects.count() == 0
