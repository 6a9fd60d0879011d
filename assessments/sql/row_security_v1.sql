/*
What the client roles may do. The owner works through staff_all: without it, FORCE would show it no
row. Partitions get no grant: a policy of the parent does not guard a partition read directly.
*/
DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY[
        'members', 'cs_assessment_sessions', 'public_profiles', 'profile_slug_history',
        'profile_events', 'moderation_reasons', 'badges'
    ] LOOP
        EXECUTE pg_catalog.format(
            'ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', v_table
        );
        EXECUTE pg_catalog.format(
            'CREATE POLICY staff_all ON public.%I TO steward_owner USING (true) WITH CHECK (true)',
            v_table
        );
    END LOOP;
END
$$;

-- Members see themselves.
CREATE POLICY own_row ON public.members FOR SELECT TO steward_member
    USING (id = (SELECT public.current_member_id()));
GRANT SELECT ON public.members TO steward_member;

-- They take assessments, up to the completion, which is the analysis's.
CREATE POLICY own_sessions ON public.cs_assessment_sessions FOR SELECT TO steward_member
    USING (user_id = (SELECT public.current_member_id()));
CREATE POLICY begin_own_session ON public.cs_assessment_sessions FOR INSERT TO steward_member
    WITH CHECK (user_id = (SELECT public.current_member_id()) AND status <> 'completed');
CREATE POLICY continue_own_session ON public.cs_assessment_sessions FOR UPDATE TO steward_member
    USING (user_id = (SELECT public.current_member_id()) AND status <> 'completed')
    WITH CHECK (user_id = (SELECT public.current_member_id()) AND status <> 'completed');
GRANT SELECT ON public.cs_assessment_sessions TO steward_member;
GRANT INSERT (
    user_id, current_section, current_question_index, interview_transcript, career_level,
    years_experience, self_description, video_url
) ON public.cs_assessment_sessions TO steward_member;
GRANT UPDATE (
    status, current_section, current_question_index, interview_transcript, last_activity_at,
    career_level, years_experience, self_description, video_url, lightning_round_difficulty,
    absurdist_questions_answered
) ON public.cs_assessment_sessions TO steward_member;

-- Anybody reads what is public; a member also their own profile, and writes what is theirs in it.
CREATE POLICY public_rows ON public.public_profiles FOR SELECT TO steward_anon, steward_member
    USING (is_public);
CREATE POLICY own_profile ON public.public_profiles FOR SELECT TO steward_member
    USING (user_id = (SELECT public.current_member_id()));
CREATE POLICY make_own_profile ON public.public_profiles FOR INSERT TO steward_member
    WITH CHECK (user_id = (SELECT public.current_member_id()));
CREATE POLICY edit_own_profile ON public.public_profiles FOR UPDATE TO steward_member
    USING (user_id = (SELECT public.current_member_id()))
    WITH CHECK (user_id = (SELECT public.current_member_id()));
GRANT SELECT (
    user_id, profile_slug, name, career_level, years_experience, self_description,
    personality_type, archetype, badges, best_fit_roles, public_summary, video_url, show_scores,
    overall_score, category_scores, published_at, updated_at
) ON public.public_profiles TO steward_anon, steward_member;
GRANT INSERT (
    user_id, session_id, profile_slug, name, email, career_level, years_experience,
    self_description, public_summary, video_url, show_scores
) ON public.public_profiles TO steward_member;
GRANT UPDATE (
    session_id, profile_slug, name, email, career_level, years_experience, self_description,
    public_summary, video_url, show_scores
) ON public.public_profiles TO steward_member;

-- Old slugs lead to public profiles only.
CREATE POLICY slugs_of_readable_profiles ON public.profile_slug_history
    FOR SELECT TO steward_anon, steward_member
    USING (user_id IN (SELECT p.user_id FROM public.public_profiles AS p));
GRANT SELECT (slug, user_id) ON public.profile_slug_history TO steward_anon, steward_member;

-- The owner reads the decisions on them, not who decided nor what staff noted.
CREATE POLICY own_events ON public.profile_events FOR SELECT TO steward_member
    USING (user_id = (SELECT public.current_member_id()));
GRANT SELECT (
    id, created_at, user_id, version, action, from_state, to_state, reason_code, message
) ON public.profile_events TO steward_member;

CREATE POLICY everybody_reads ON public.badges FOR SELECT TO steward_anon, steward_member
    USING (true);
GRANT SELECT ON public.badges TO steward_anon, steward_member;

/* A member's own profile with what the public does not see: column grants cannot tell whose row. */
CREATE FUNCTION public.get_own_profile()
RETURNS TABLE (
    user_id uuid, session_id uuid, opted_in boolean, profile_slug text, name text, email text,
    state text, submitted_at timestamptz, published_at timestamptz, pending_revision jsonb,
    version bigint
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
    /* At most one row, the caller's by app.current_user_id. */
    SELECT
        p.user_id, p.session_id, p.opted_in, p.profile_slug, p.name, p.email, p.state,
        p.submitted_at, p.published_at, p.pending_revision, p.version
    FROM public.public_profiles AS p
    WHERE p.user_id = public.current_member_id();
$$;
REVOKE ALL ON FUNCTION public.get_own_profile() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.get_own_profile() TO steward_member;
