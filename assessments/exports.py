"""What is known of members that can be taken out as files."""

from __future__ import annotations

from ops.registry import Export, ExportFilter, columns_of


def member(column: str) -> ExportFilter:
    return ExportFilter(
        "member",
        "Member",
        f"{column} = {{value}}::uuid",
        find="SELECT id::text FROM public.members"
        " WHERE id::text = lower({value}) OR upper(email) = upper({value})",
        help="Id or e-mail address.",
    )


EXPORTS = (
    Export(
        "members",
        "Members",
        "Everyone who takes, answers or tastes. Names and e-mail addresses are personal.",
        area="members",
        permission="assessments.view_member",
        source="public.members AS m",
        columns=columns_of("m", "id display_name email created_at last_seen_at is_active"),
        personal=frozenset({"display_name", "email"}),
        key="m.id",
        table="members",
        at="m.created_at",
        member="id",
        in_warehouse=True,
    ),
    Export(
        "assessment_sessions",
        "Assessment sessions",
        "Every attempt with its scores and what was concluded, without the interview itself."
        " What people wrote, or what was written of them, is personal.",
        area="members",
        permission="assessments.view_assessmentsession",
        source="public.cs_assessment_sessions AS s",
        columns=columns_of(
            "s",
            "id created_at user_id status started_at completed_at overall_score technical_score"
            " emotional_score creative_score dimensions category_scores archetype"
            " archetype_confidence tier personality_type badges best_fit_roles career_level"
            " years_experience lightning_round_score lightning_round_difficulty is_published"
            " recommendation public_summary self_description video_url profile_slug analyzed_at",
        ),
        personal=frozenset(
            {"recommendation", "public_summary", "self_description", "video_url", "profile_slug"}
        ),
        key="s.id",
        table="cs_assessment_sessions",
        made="s.id",
        member="user_id",
        filters=(member("s.user_id"),),
        in_warehouse=True,
    ),
    Export(
        "profiles",
        "Profiles",
        "Every opt-in profile and where its moderation stands. Who it is, and all texts, are"
        " personal.",
        area="members",
        permission="assessments.view_publicprofile",
        source="public.public_profiles AS p",
        columns=columns_of(
            "p",
            "user_id opted_in profile_slug name email career_level years_experience"
            " self_description personality_type archetype badges best_fit_roles public_summary"
            " video_url show_scores overall_score category_scores state is_public submitted_at"
            " published_at updated_at",
        ),
        personal=frozenset(
            {"profile_slug", "name", "email", "self_description", "public_summary", "video_url"}
        ),
        key="p.user_id",
        table="public_profiles",
        at="p.updated_at",
        member="user_id",
        filters=(member("p.user_id"),),
    ),
    Export(
        "leaderboards",
        "Leaderboards",
        "One row a member on the boards: ranks and scores in all five, as of their last refresh."
        " Names, e-mail addresses and scores are personal, as on the boards' own files.",
        area="members",
        permission="assessments.view_leaderboardrow",
        source="public.assessment_leaderboard AS l JOIN public.members AS m ON m.id = l.user_id",
        columns={
            **columns_of("l", "overall_rank user_id"),
            **columns_of("m", "display_name email"),
            **columns_of("l", "technical_rank emotional_rank creative_rank lightning_rank"),
            **columns_of("l", "overall_score technical_score emotional_score creative_score"),
            **columns_of("l", "lightning_round_score archetype career_level badges completed_at"),
        },
        personal=frozenset(
            {"display_name", "email", "overall_score", "technical_score", "emotional_score"}
            | {"creative_score", "lightning_round_score", "archetype", "career_level", "badges"}
            | {"completed_at"}
        ),
        personal_permission="assessments.export_personal_leaderboardrow",
        key="l.overall_behind",
        table="leaderboard_attempts",
        member="user_id",
    ),
    Export(
        "profile_events",
        "Decisions on profiles",
        "Every step of moderation: who decided what, when and why. Names and texts are personal.",
        area="members",
        permission="assessments.view_profileevent",
        source="public.profile_events AS e",
        columns=columns_of(
            "e",
            "id created_at user_id version action from_state to_state actor_name reason_code"
            " message private_note batch undoes_id",
        ),
        personal=frozenset({"actor_name", "message", "private_note"}),
        key="e.id",
        table="profile_events",
        made="e.id",
        member="user_id",
        filters=(member("e.user_id"),),
    ),
)
