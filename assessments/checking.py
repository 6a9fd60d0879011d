"""Whether every rank is right: the work of the operation `check-leaderboard`."""

from __future__ import annotations

import json

from django.db import connection

from assessments.queries.boards import BOARD
from ops.work import Result, Work

# The result carries so many of them.
SHOWN = 100
# One statement, so that all of it looks at the same moment.
CHECK = """
    WITH differing AS MATERIALIZED (SELECT * FROM public.check_leaderboard()),
    refreshed AS (
        SELECT COALESCE(max(refreshed_at), '-infinity') AS moment
        FROM public.ops_materialized_views WHERE name = %s
    )
    SELECT
        (SELECT count(*) FROM public.assessment_leaderboard),
        (SELECT count(*) FROM differing),
        -- Uses index: idx_cs_assessment_sessions_status
        (
            SELECT count(*) FROM public.cs_assessment_sessions, refreshed
            WHERE status = 'completed' AND updated_at >= refreshed.moment
        ),
        (
            SELECT COALESCE(jsonb_agg(shown), '[]') FROM (
                SELECT dimension AS board, user_id AS member, stored, correct AS "by the attempts"
                FROM differing ORDER BY correct, stored, user_id, dimension LIMIT %s
            ) AS shown
        )
"""


def check_leaderboard(work: Work) -> Result:
    """The figure `differences` holds the first of them; without a member they are of a total."""
    work.progress(0, 1, "Computing every rank again")
    with connection.cursor() as cursor:
        cursor.execute(CHECK, [BOARD, SHOWN])
        members, differing, changed, shown = cursor.fetchone()
    work.progress(1, 1)
    figures = {
        "members": members,
        "differing": differing,
        "attempts changed since the refresh": changed,
        "differences": json.loads(shown),
    }
    return Result(sentence(members, differing, changed), figures)


def sentence(members: int, differing: int, changed: int) -> str:
    if not differing:
        return f"Every rank of {counted(members, 'member')} is right."
    wrong = f"{counted(differing, 'figure')} {'differs' if differing == 1 else 'differ'}"
    if not changed:
        return f"{wrong}, though no attempt changed since the refresh: look at them."
    return (
        f"{wrong}: since the refresh {counted(changed, 'attempt')} changed."
        " Refresh, and check again."
    )


def counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
