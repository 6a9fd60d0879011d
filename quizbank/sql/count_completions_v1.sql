CREATE FUNCTION public.count_completions(p_sessions uuid[])
RETURNS void
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Compute the session figures of the members of these sessions anew: a member has few, and a session
may be scored again when an answer that was given in time comes in late.
*/
DECLARE
    v_members uuid[] := ARRAY(
        SELECT s.user_id FROM public.quiz_sessions AS s WHERE s.id = ANY (p_sessions)
        UNION
        SELECT s.user_id FROM public.quiz_session_archive AS s WHERE s.id = ANY (p_sessions)
        EXCEPT
        SELECT e.id FROM public.erased_members AS e
    );
BEGIN
    INSERT INTO public.performance_summaries AS p (
        user_id, sessions_completed, average_score, best_score, updated_at
    )
    SELECT m.user_id, m.sessions_completed, m.average_score, m.best_score, pg_catalog.now()
    FROM public.member_completions AS m
    WHERE m.user_id = ANY (v_members)
    ON CONFLICT (user_id) DO UPDATE SET
        sessions_completed = EXCLUDED.sessions_completed,
        average_score = EXCLUDED.average_score,
        best_score = EXCLUDED.best_score,
        updated_at = EXCLUDED.updated_at;
    INSERT INTO public.user_progress AS p (user_id, bonus, updated_at)
    SELECT m.user_id, m.bonus, pg_catalog.now()
    FROM public.member_completions AS m
    WHERE m.user_id = ANY (v_members)
    ON CONFLICT (user_id) DO UPDATE SET bonus = EXCLUDED.bonus, updated_at = EXCLUDED.updated_at
    WHERE p.bonus <> EXCLUDED.bonus;
END
$$;
REVOKE ALL ON FUNCTION public.count_completions(uuid[]) FROM PUBLIC;
