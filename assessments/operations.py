from __future__ import annotations

from datetime import timedelta

from ops.registry import (
    Every,
    MaterializedView,
    PartitionedTable,
    PersonSection,
    Schedule,
    register,
)

SESSIONS = PartitionedTable(
    "cs_assessment_sessions",
    model="assessments.AssessmentSession",
    period="year",
    ahead=3,
    # Ten years, so that leaderboards lose nobody.
    keep_months=120,
)

register(
    SESSIONS,
    MaterializedView(
        "assessment_leaderboard",
        "Leaderboards",
        model="assessments.LeaderboardRow",
        reads=("cs_assessment_sessions", "members"),
        stale_after=timedelta(minutes=10),
    ),
    Schedule(
        "refresh-assessment-leaderboard",
        "refresh",
        Every(timedelta(minutes=5)),
        target="assessment_leaderboard",
    ),
    PersonSection(
        "sessions",
        "Assessment sessions",
        permission="assessments.view_assessmentsession",
        view="assessments.queries.sessions.newest_attempts",
        template="admin/assessments/member/sessions.html",
        export="assessments.queries.sessions.all_attempts",
        position=10,
    ),
)
