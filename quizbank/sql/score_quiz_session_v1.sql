CREATE FUNCTION public.score_quiz_session(p_session uuid, p_at timestamptz)
RETURNS numeric
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Complete a session whose row the caller has locked, or score a completed one again: open questions
become skipped, the score is the share of right answers among all questions, in percent.
*/
DECLARE
    v_session public.quiz_sessions;
BEGIN
    UPDATE public.quiz_sessions SET
        status = 'completed',
        paused_at = NULL,
        completed_at = COALESCE(completed_at, GREATEST(p_at, started_at)),
        skipped_count = question_count - answered_count,
        score = pg_catalog.round(100.0 * correct_count / question_count, 2)
    WHERE id = p_session
    RETURNING * INTO v_session;
    INSERT INTO public.answers (session_id, question_id, revision_id, user_id, status, answered_at)
    SELECT p_session, r.question_id, r.id, v_session.user_id, 'skipped', v_session.completed_at
    FROM public.question_revisions AS r
    WHERE r.id = ANY (v_session.revision_ids) AND v_session.skipped_count > 0
    ON CONFLICT DO NOTHING;
    INSERT INTO public.uncounted_answers (session_id, is_completion) VALUES (p_session, true);
    RETURN v_session.score;
END
$$;
REVOKE ALL ON FUNCTION public.score_quiz_session(uuid, timestamptz) FROM PUBLIC;
