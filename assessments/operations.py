from __future__ import annotations

from datetime import timedelta

from ops.registry import Every, MaterializedView, PartitionedTable, Schedule, register

register(
    # Ten years, so that leaderboards lose nobody.
    PartitionedTable(
        "cs_assessment_sessions",
        model="assessments.AssessmentSession",
        period="year",
        ahead=3,
        keep_months=120,
    ),
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
)
