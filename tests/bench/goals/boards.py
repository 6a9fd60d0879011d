"""Profiles and boards (issue 4), read as the screens and the public pages read them."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.db.models import Q

from assessments.models.leaderboard import Dimension
from assessments.queries import boards
from assessments.queries.directory import profile_at, shown_profiles
from tests.bench.goals.goal import Beside, Figure, Goal
from tests.bench.measuring import ask, on_server, several, value

LEVELS = ("entry", "mid", "senior_manager", "director", "executive", "c_level")
DIMENSIONS = tuple(Dimension)
PERCENTILE = "SELECT get_lightning_percentile(%s)"


def newest(n: int) -> object:
    profiles = shown_profiles().newest().filter(career_level=LEVELS[n % 6])
    return list(profiles.filter(badges__contains=[f"badge_{n % 13}"])[:50])


def someone(n: int) -> UUID:
    return UUID(str(value("SELECT md5('member' || %s)::uuid", n + 1)))


def jump(n: int, member: UUID) -> object:
    dimension = DIMENSIONS[n % 5]
    place = boards.place_of(dimension, member)
    return place and boards.around(dimension, Q(), place)


def profiles() -> Figure:
    return on_server(several(lambda n: partial(newest, n)))


def slugs() -> Figure:
    return on_server(several(lambda n: partial(profile_at, f"bench-{n + 1}")))


def tops() -> Figure:
    return on_server(several(lambda n: partial(boards.top, DIMENSIONS[n % 5], Q())))


def jumps() -> Figure:
    return on_server(several(lambda n: partial(jump, n, someone(n))))


def percentiles() -> Figure:
    return on_server(several(lambda n: partial(ask, PERCENTILE, [someone(n)])))


# --- The least that any way takes ----------------------------------------------------------------
SLUGS = "SELECT profile_slug FROM public_profiles WHERE profile_slug >= %s LIMIT %s"
RANKS = """
    SELECT 100 - overall_score FROM leaderboard_attempts WHERE 100 - overall_score >= %s
    ORDER BY 100 - overall_score, completed_at, user_id LIMIT %s
"""


def scan(query: str, count: int) -> Beside:
    """So many entries of an index, and nothing else."""

    def source() -> Figure:
        def nth(n: int) -> object:
            return f"bench-{n + 1}" if query is SLUGS else n + 1

        return on_server(several(lambda n: partial(ask, query, [nth(n), count])))

    return Beside(f"index scan of {count}", source)


GOALS = (
    Goal("profiles by level and badge, newest 50", 4, 5, profiles, limit=scan(SLUGS, 50)),
    Goal("profile by slug", 4, 1, slugs, limit=scan(SLUGS, 1)),
    Goal("board, top 100", 4, 2, tops, limit=scan(RANKS, 100)),
    Goal("board, jump to a member", 4, 2, jumps, limit=scan(RANKS, 21)),
    Goal("percentile of a member", 4, 1, percentiles, limit=scan(RANKS, 1)),
)
