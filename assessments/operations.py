from __future__ import annotations

from ops.registry import PartitionedTable, register

register(
    # Ten years, so that leaderboards lose nobody.
    PartitionedTable(
        "cs_assessment_sessions",
        model="assessments.AssessmentSession",
        period="year",
        ahead=3,
        keep_months=120,
    ),
)
