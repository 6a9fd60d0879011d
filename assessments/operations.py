from __future__ import annotations

from datetime import timedelta

from assessments.exports import EXPORTS
from assessments.models.event import ERASED as ERASED_EVENT
from assessments.models.leaderboard import Dimension
from assessments.models.member import ERASED as ERASED_MEMBER
from ops.registry import (
    AlertRule,
    Board,
    Cache,
    Erasure,
    Every,
    Operation,
    PartitionedTable,
    PersonalData,
    PersonSection,
    RollUp,
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
    RollUp(
        "assessment_leaderboard",
        "Leaderboards",
        model="assessments.LeaderboardRow",
        reads=("cs_assessment_sessions", "members"),
        stale_after=timedelta(minutes=10),
        only_writes_change_it=True,
        refresh="refresh_leaderboard_attempts",
        kept_in=("leaderboard_attempts", "leaderboard_steps", "leaderboard_movers"),
    ),
    Schedule(
        "refresh-assessment-leaderboard",
        "refresh",
        Every(timedelta(minutes=5)),
        target="assessment_leaderboard",
    ),
    Operation(
        "check-leaderboard",
        "Check the boards",
        work="assessments.checking.check_leaderboard",
        permission="assessments.check_leaderboardrow",
        target_type="leaderboard",
        about="Computes every rank again from the attempts, and lists those that differ.",
    ),
    # The moment of the refresh is part of the key: a refresh makes them void.
    Cache(
        "board-spread",
        "Spread of the leaderboards",
        lifetime=timedelta(minutes=15),
        key=("dimension", "refresh"),
        about="Archetypes of a board, and members by score. A page would read the whole board.",
    ),
    # What seed 000 wants to be told of, in its sections 6.3 and 8.
    AlertRule(
        "leaderboard-refresh-slow",
        "Last refresh of the boards",
        "assessments.alerts.refresh_seconds",
        warning=10,
        unit="seconds",
        about="Analyze cs_assessment_sessions, and look what else works on the disk. If it stays"
        " so, refresh less often.",
        page="ops_viewstatus_changelist",
    ),
    AlertRule(
        "leaderboard-refresh-fails",
        "Refreshes of the boards that failed within a day",
        "assessments.alerts.failed_refreshes",
        warning=1,
        critical=5,
        about="Open the failed runs: each says why. Until one succeeds, people see the boards as"
        " they were.",
        page="ops_run_changelist",
    ),
    AlertRule(
        "leaderboard-old",
        "Age of the boards",
        "assessments.alerts.board_age",
        warning=900,
        unit="seconds",
        about="See whether their schedule is on, and whether a worker and the ticker run.",
        page="ops_schedulestate_changelist",
    ),
    AlertRule(
        "public-profiles-slow",
        "Lists of public profiles, p95",
        "assessments.alerts.profile_milliseconds",
        warning=50,
        unit="ms",
        about="Analyze public_profiles and members, and look which query is slow.",
        page="ops_performancesnapshot_queries",
    ),
    AlertRule(
        "index-hits-low",
        "Index blocks found in memory in an hour",
        "ops.alerts.measures.index_hits",
        warning=95,
        wrong_when="below",
        unit="percent",
        about="shared_buffers may be too small for what is read.",
        page="ops_performancesnapshot_server",
    ),
    AlertRule(
        "database-grows-weekly",
        "Growth of the database in a week",
        "assessments.alerts.growth_of_a_week",
        warning=10 * 2**30,
        unit="bytes",
        about="The table of sizes says what grew. Archive what is past its retention; else plan a"
        " larger disk.",
        page="ops_performancesnapshot_tables",
    ),
    AlertRule(
        "database-grows-monthly",
        "Growth of the database in a month",
        "assessments.alerts.growth_of_a_month",
        warning=20 * 2**30,
        unit="bytes",
        about="The table of sizes says what grew. Archive what is past its retention; else plan a"
        " larger disk.",
        page="ops_performancesnapshot_tables",
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
    PersonSection(
        "standings",
        "Leaderboards",
        permission="assessments.view_leaderboardrow",
        view="assessments.queries.standings.section",
        template="admin/assessments/member/standings.html",
        export="assessments.queries.standings.exported",
        position=20,
    ),
    PersonSection(
        "profile",
        "Public profile",
        permission="assessments.view_publicprofile",
        view="assessments.queries.profile.section",
        template="admin/assessments/member/profile.html",
        export="assessments.queries.profile.exported",
        position=30,
    ),
)

# Why each table is treated so: sql/erase_member_v1.sql.
register(
    PersonalData("profile_slug_history", "Slugs", "user_id"),
    PersonalData("public_profiles", "Public profile", "user_id"),
    PersonalData("cs_assessment_sessions", "Assessment sessions", "user_id"),
    PersonalData("leaderboard_movers", "Earlier scores", "user_id"),
    PersonalData("leaderboard_attempts", "Leaderboards", "user_id"),
    PersonalData(
        "profile_events",
        "Moderation events",
        "user_id",
        "blank",
        columns=ERASED_EVENT,
        reason="Who decided what, and when, stays; without its texts.",
    ),
    PersonalData(
        "members",
        "Member",
        "id",
        "blank",
        columns=ERASED_MEMBER,
        reason="An id without name and e-mail stays, for what is kept without a name.",
    ),
    Erasure("member", table="members", function="erase_member"),
    Operation(
        "erase_member",
        "Erase a member",
        work="assessments.jobs.erase_member",
        permission="assessments.erase_member",
        target_type="member",
        cancellable=False,
        about="Takes away what is known about a person, everywhere and for ever.",
    ),
)

register(
    *(
        Board(each.value, str(each.label), "assessments_leaderboardrow_board", each.value, position)
        for position, each in enumerate(Dimension)
    )
)

register(*EXPORTS)
