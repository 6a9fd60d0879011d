CREATE FUNCTION public.archive_quiz_sessions(p_limit integer DEFAULT 1000, p_days integer DEFAULT 30)
RETURNS integer
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Move at most p_limit sessions that were completed more than p_days days ago into the archive, oldest
first, as they are; returns how many. One statement: each is in one of the two tables, always.
*/
DECLARE
    v_moved integer;
BEGIN
    IF p_days IS NULL OR p_days < 1 THEN
        RAISE EXCEPTION 'Sessions stay for a day or more.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    WITH moved AS (
        DELETE FROM public.quiz_sessions AS s
        WHERE s.id = ANY (ARRAY(
            -- Uses index: quiz_session_completed.
            SELECT old.id FROM public.quiz_sessions AS old
            WHERE old.status = 'completed'
                AND old.completed_at < pg_catalog.now() - pg_catalog.make_interval(days => p_days)
            ORDER BY old.completed_at
            LIMIT p_limit
            FOR UPDATE SKIP LOCKED
        ))
        RETURNING s.*
    )
    INSERT INTO public.quiz_session_archive (
        id, user_id, exam_id, mode, question_mode, pattern, filters, status, question_ids,
        revision_ids, time_limit, started_at, last_activity_at, expires_at, paused_at,
        completed_at, abandon_reason, answered_count, correct_count, skipped_count, score
    )
    SELECT
        m.id, m.user_id, m.exam_id, m.mode, m.question_mode, m.pattern, m.filters, m.status,
        m.question_ids, m.revision_ids, m.time_limit, m.started_at, m.last_activity_at,
        m.expires_at, m.paused_at, m.completed_at, m.abandon_reason, m.answered_count,
        m.correct_count, m.skipped_count, m.score
    FROM moved AS m;
    GET DIAGNOSTICS v_moved = ROW_COUNT;
    RETURN v_moved;
END
$$;
REVOKE ALL ON FUNCTION public.archive_quiz_sessions(integer, integer) FROM PUBLIC;
