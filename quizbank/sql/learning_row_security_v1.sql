/*
What learners may do: they read what is their own, and keep their own study time. Sessions, answers
and figures are written by functions alone. What tells a right answer before the end (is_correct of
an answer, correct_count of a session) has no grant: get_quiz_results() says it when it is time.
*/
DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY[
        'quiz_sessions', 'quiz_session_archive', 'answers', 'study_sessions', 'user_interactions',
        'user_interaction_summary', 'performance_summaries'
    ] LOOP
        EXECUTE pg_catalog.format(
            'ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', v_table
        );
        EXECUTE pg_catalog.format(
            'CREATE POLICY staff_all ON public.%I TO steward_owner USING (true) WITH CHECK (true)',
            v_table
        );
        EXECUTE pg_catalog.format(
            'CREATE POLICY own_rows ON public.%I FOR SELECT TO steward_member'
            ' USING (user_id = (SELECT public.current_member_id()))',
            v_table
        );
    END LOOP;
END
$$;

-- Under the name of seed 002. There is a grant to read, and none to write.
ALTER TABLE public.user_progress ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY staff_all ON public.user_progress TO steward_owner USING (true) WITH CHECK (true);
CREATE POLICY user_progress_policy ON public.user_progress TO steward_member
    USING (user_id = (SELECT public.current_member_id()));

GRANT SELECT (
    id, created_at, user_id, exam_id, mode, question_mode, pattern, filters, status, question_ids,
    revision_ids, question_count, time_limit, started_at, last_activity_at, expires_at, paused_at,
    completed_at, abandon_reason, answered_count, skipped_count, score
) ON public.quiz_sessions, public.quiz_session_archive TO steward_member;
GRANT SELECT (
    id, session_id, question_id, revision_id, user_id, status, choice_ids, given_text, time_ms,
    answered_at
) ON public.answers TO steward_member;
GRANT SELECT ON public.study_sessions, public.user_interactions, public.user_interaction_summary,
    public.performance_summaries, public.user_progress TO steward_member;

CREATE POLICY begin_own_study ON public.study_sessions FOR INSERT TO steward_member
    WITH CHECK (user_id = (SELECT public.current_member_id()));
CREATE POLICY continue_own_study ON public.study_sessions FOR UPDATE TO steward_member
    USING (user_id = (SELECT public.current_member_id()))
    WITH CHECK (user_id = (SELECT public.current_member_id()));
GRANT INSERT (user_id, start_time, end_time, focus_time, break_time, questions_attempted)
    ON public.study_sessions TO steward_member;
GRANT UPDATE (end_time, focus_time, break_time, questions_attempted)
    ON public.study_sessions TO steward_member;

CREATE POLICY record_own_interaction ON public.user_interactions FOR INSERT TO steward_member
    WITH CHECK (user_id = (SELECT public.current_member_id()));
GRANT INSERT (user_id, action_type, entity_type, entity_id, details)
    ON public.user_interactions TO steward_member;
