"""Refreshes of the boards (issue 4), in a transaction that is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial

from tests.bench import loading
from tests.bench.goals.goal import Beside, Figure, Goal
from tests.bench.measuring import ask, limited, one, seconds, taken_back, value
from tests.bench.peers.seed_board import SEED_REFRESH

LATE = """
    INSERT INTO cs_assessment_sessions (
        user_id, status, started_at, completed_at, overall_score, category_scores, archetype,
        lightning_round_score
    )
    SELECT
        user_id, 'completed', now(), now(), 100, '{"technical": 50}', 'Late', 50
    FROM leaderboard_attempts ORDER BY overall_score, user_id LIMIT 100
"""
REMEMBER = """
    DROP TABLE IF EXISTS board_before;
    CREATE TEMPORARY TABLE board_before AS
    SELECT ctid AS place, b AS row FROM leaderboard_attempts AS b
"""
# How many rows were written again, and how many of these say what they said.
REWRITTEN = """
    SELECT count(*), count(*) FILTER (WHERE before.row *= b)
    FROM board_before AS before
    JOIN leaderboard_attempts AS b ON b.user_id = (before.row).user_id
    WHERE b.ctid <> before.place
"""
REFRESH = "SELECT refresh_assessment_leaderboard()"
# The seed's may take a minute and more.
LONGEST = 120


@dataclass(frozen=True)
class Refreshed:
    """Seconds; rows of the board."""

    spent: float
    rewritten: int
    alike: int


@cache
def refreshes() -> tuple[Refreshed, Refreshed]:
    """After 100 more attempts, and after nothing; once before, which warms up."""
    with taken_back():
        ask(REFRESH)
        ask(LATE)
        return refreshed(), refreshed()


def refreshed() -> Refreshed:
    ask(REMEMBER)
    spent = seconds(partial(ask, REFRESH))
    [(rewritten, alike)] = ask(REWRITTEN)
    return Refreshed(spent, rewritten, alike)


def refreshed_by_seed() -> Figure:
    """Nothing changed."""
    with limited(LONGEST):
        return one(seconds(partial(ask, SEED_REFRESH)))
    return Figure(LONGEST, LONGEST, calls=0)


def read() -> Figure:
    """The attempts, once, and no rank of any."""
    return one(seconds(partial(value, "SELECT sum(overall_score) FROM cs_assessment_sessions")))


def goals() -> Iterator[Goal]:
    """A tenth of the attempts in a fifth of the time."""
    number = 10 if loading.loaded_scale() == "full" else 2
    yield Goal(
        "refresh of the board after 100 attempts",
        4,
        number,
        lambda: one(refreshes()[0].spent),
        unit="s",
        peer=Beside("seed 000", refreshed_by_seed),
        limit=Beside("reading them once", read),
    )
    yield Goal(
        "rows rewritten as they were",
        4,
        0,
        lambda: one(refreshes()[0].alike),
        unit="rows",
    )
    yield Goal(
        "refresh of the board after nothing",
        4,
        number,
        lambda: one(refreshes()[1].spent),
        unit="s",
    )
    yield Goal(
        "rows rewritten after nothing",
        4,
        0,
        lambda: one(refreshes()[1].rewritten),
        unit="rows",
    )
