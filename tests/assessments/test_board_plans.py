"""What a board reads first comes by its index: the top, a page, a place and its neighbours."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.db.models import Q, QuerySet

from assessments.models import LeaderboardRow, Member
from assessments.models.leaderboard import Dimension
from assessments.queries.boards import PAGE, shown
from assessments.queries.standings import named_like, with_email

pytestmark = pytest.mark.django_db

# Members enough that no planner reads them all for a page.
MANY = 3_000


@pytest.fixture(autouse=True)
def many() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO members (id, display_name, email)
            SELECT md5('m' || n)::uuid, 'Member ' || n, 'm' || n || '@example.org'
            FROM generate_series(1, %(many)s) AS n;
            INSERT INTO cs_assessment_sessions (
                user_id, status, started_at, completed_at, overall_score, category_scores,
                lightning_round_score
            )
            SELECT
                id, 'completed', now() - interval '1 day', now(), score,
                jsonb_build_object('technical', score, 'emotional', score, 'creative', score), score
            FROM (SELECT id, (abs(hashtext(id::text)) %% 101) AS score FROM members) AS m;
            SELECT refresh_assessment_leaderboard();
            ANALYZE members, leaderboard_attempts, leaderboard_steps
            """,
            {"many": MANY},
        )


def plan(rows: QuerySet[LeaderboardRow] | QuerySet[Member]) -> str:
    return rows.explain()


@pytest.mark.parametrize("dimension", Dimension)
def test_top_and_pages_read_the_boards_index(dimension: Dimension) -> None:
    place = LeaderboardRow.objects.ranked(dimension)[MANY // 2]
    board = shown(dimension, Q())
    index = f"idx_leaderboard_{dimension.value}_rank on leaderboard_attempts"

    top = plan(board[: PAGE + 1])
    after = plan(board.after(place, dimension)[: PAGE + 1])
    before = plan(board.before(place, dimension).reverse()[: PAGE + 1])

    for found in (top, after, before):
        assert index in found
        assert "Seq Scan on leaderboard_attempts" not in found
        assert "Sort" not in found
    assert f"Index Scan using {index}" in top
    assert f"Index Scan Backward using {index}" in before
    for found in (after, before):
        assert re.search(r"Index Cond: .*ROW\(\(100 - \w+\), completed_at, user_id\)", found)


@pytest.mark.parametrize("dimension", Dimension)
def test_the_first_hundred_are_read_by_index(dimension: Dimension) -> None:
    """Asked as seed 000 does, of a server that knows what a page of an SSD costs."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL random_page_cost = 1.1")

    found = plan(LeaderboardRow.objects.filter(**{f"{dimension.rank}__lte": 100}).only("pk"))

    assert f"idx_leaderboard_{dimension.value}_rank" in found
    assert "leaderboard_step_by_rank" in found
    assert "Seq Scan on leaderboard_attempts" not in found


def test_a_place_is_one_probe() -> None:
    dimension = Dimension.OVERALL
    key = LeaderboardRow.objects.ranked(dimension)[7].pk

    found = plan(shown(dimension, Q(pk=key)))

    assert "Index Scan using leaderboard_attempts_pkey" in found
    assert "Seq Scan on leaderboard_attempts" not in found


def test_people_are_found_by_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    by_email = plan(with_email("M77@Example.org"))
    by_name = plan(named_like("member 2991").order_by())

    assert "member_email_is_unique" in by_email
    assert "member_name_trigram" in by_name
