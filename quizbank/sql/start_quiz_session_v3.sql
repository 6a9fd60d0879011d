CREATE OR REPLACE FUNCTION public.start_quiz_session(
    p_member uuid,
    p_count integer DEFAULT 10,
    p_pattern text DEFAULT 'filter',
    p_filters jsonb DEFAULT '{}',
    p_mode text DEFAULT 'tutor',
    p_question_mode text DEFAULT 'standard',
    p_time_limit integer DEFAULT NULL
)
RETURNS uuid
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/*
Begin a session of p_member with at most p_count questions (see draw_questions for the patterns and
filters), each as it is published now; returns its id. Fewer than p_count match: it has fewer, and a
notice says why; none: it raises, with the same reason (draw_shortage). p_time_limit in seconds;
without one it ends after 4 hours. For the member alone, or the owner.
*/
DECLARE
    v_now timestamptz := pg_catalog.clock_timestamp();
    v_filters jsonb := COALESCE(p_filters, '{}');
    v_questions uuid[];
    v_revisions uuid[];
    v_session uuid;
    v_shortage text;
BEGIN
    IF NOT public.may_act_for(p_member) THEN
        RAISE EXCEPTION 'A session is begun for oneself.' USING ERRCODE = 'insufficient_privilege';
    ELSIF NOT EXISTS (SELECT FROM public.members WHERE id = p_member AND is_active) THEN
        RAISE EXCEPTION 'There is no such active member.' USING ERRCODE = 'no_data_found';
    ELSIF p_count IS NULL OR p_count NOT BETWEEN 1 AND 100 THEN
        RAISE EXCEPTION 'A session has 1 to 100 questions, not %.', p_count
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF p_pattern IS NULL OR p_pattern NOT IN ('filter', 'adaptive', 'weak_areas', 'chosen') THEN
        RAISE EXCEPTION 'There is no pattern “%”.', p_pattern
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF p_time_limit < 60 THEN
        RAISE EXCEPTION 'A time limit is 60 seconds or more, or there is none.'
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF p_mode NOT IN ('tutor', 'timed') THEN
        RAISE EXCEPTION 'There is no mode “%”: tutor and timed are.', p_mode
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF p_question_mode NOT IN ('standard', 'custom', 'practice') THEN
        RAISE EXCEPTION 'There is no question mode “%”: standard, custom and practice are.',
            p_question_mode
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM public.check_draw_filters(p_pattern, v_filters);
    PERFORM public.close_expired_quiz_sessions(p_member);
    IF EXISTS (
        SELECT FROM public.quiz_sessions WHERE user_id = p_member AND status = 'active'
    ) THEN
        RAISE EXCEPTION 'This member has an active session already.'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'member_has_one_active_quiz';
    END IF;
    SELECT pg_catalog.array_agg(d.question_id), pg_catalog.array_agg(d.revision_id)
    INTO v_questions, v_revisions
    FROM public.draw_questions(p_member, p_pattern, v_filters, p_count) AS d;
    v_shortage := public.draw_shortage(
        p_member, p_pattern, v_filters, p_count, COALESCE(pg_catalog.cardinality(v_questions), 0)
    );
    IF v_questions IS NULL THEN
        RAISE EXCEPTION 'No question can be drawn. %', v_shortage USING ERRCODE = 'no_data_found';
    ELSIF v_shortage IS NOT NULL THEN
        RAISE NOTICE '% of % questions. %',
            pg_catalog.cardinality(v_questions), p_count, v_shortage;
    END IF;
    INSERT INTO public.quiz_sessions (
        user_id, exam_id, mode, question_mode, pattern, filters, question_ids, revision_ids,
        time_limit, started_at, last_activity_at, expires_at
    ) VALUES (
        p_member, (v_filters ->> 'exam')::bigint, COALESCE(p_mode, 'tutor'),
        COALESCE(p_question_mode, 'standard'), p_pattern, v_filters - 'questions', v_questions,
        v_revisions, p_time_limit, v_now, v_now,
        v_now + pg_catalog.make_interval(secs => COALESCE(p_time_limit, 14400))
    )
    RETURNING id INTO v_session;
    RETURN v_session;
END
$$;
