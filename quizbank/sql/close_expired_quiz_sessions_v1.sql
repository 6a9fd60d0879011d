CREATE FUNCTION public.close_expired_quiz_sessions(
    p_member uuid DEFAULT NULL, p_limit integer DEFAULT 1000
)
RETURNS integer
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
End the sessions, of one member or of all, whose time is over: completed as they stand, or abandoned
where nothing was answered or the pause lasts for 30 days. Returns how many. Those that somebody
works on this very moment are left for the next time.
*/
DECLARE
    v_session public.quiz_sessions;
    v_done integer := 0;
BEGIN
    FOR v_session IN
        -- Uses index: quiz_session_expiring, idx_test_active.
        SELECT * FROM public.quiz_sessions AS s
        WHERE (p_member IS NULL OR s.user_id = p_member)
            AND (s.status = 'active' AND s.expires_at < pg_catalog.clock_timestamp()
                OR s.status = 'paused' AND s.paused_at < pg_catalog.now() - interval '30 days')
        ORDER BY s.id
        LIMIT p_limit
        FOR NO KEY UPDATE SKIP LOCKED
    LOOP
        IF v_session.status = 'active' AND v_session.answered_count > 0 THEN
            PERFORM public.score_quiz_session(v_session.id, v_session.expires_at);
        ELSE
            UPDATE public.quiz_sessions
            SET status = 'abandoned', abandon_reason = 'timed_out', paused_at = NULL
            WHERE id = v_session.id;
        END IF;
        v_done := v_done + 1;
    END LOOP;
    RETURN v_done;
END
$$;
REVOKE ALL ON FUNCTION public.close_expired_quiz_sessions(uuid, integer) FROM PUBLIC;
