/*
What a member does with a session, for the member alone or the owner: each locks its row first, and
raises if the session is not theirs or the step is not possible.
*/
CREATE FUNCTION public.lock_own_quiz_session(p_session uuid, VARIADIC p_statuses text[])
RETURNS public.quiz_sessions
LANGUAGE plpgsql
SET search_path = ''
AS $$
/* The session of p_session, locked; raises unless it is the caller's and in one of the statuses. */
DECLARE
    v_session public.quiz_sessions;
BEGIN
    SELECT * INTO v_session FROM public.quiz_sessions WHERE id = p_session FOR NO KEY UPDATE;
    IF v_session.id IS NULL OR NOT public.may_act_for(v_session.user_id) THEN
        RAISE EXCEPTION 'There is no such session of yours.' USING ERRCODE = 'no_data_found';
    ELSIF v_session.status <> ALL (p_statuses) THEN
        RAISE EXCEPTION 'The session is %.', v_session.status USING ERRCODE = 'check_violation';
    END IF;
    RETURN v_session;
END
$$;
REVOKE ALL ON FUNCTION public.lock_own_quiz_session(uuid, text[]) FROM PUBLIC;

CREATE FUNCTION public.submit_answers(p_session uuid, p_answers jsonb)
RETURNS TABLE (question_id text, outcome text, reason text, is_correct boolean)
LANGUAGE sql
SECURITY DEFINER
SET search_path = ''
AS $$
    /* Answers of the caller to their own session: see record_answers. */
    SELECT * FROM public.record_answers(
        p_session,
        CASE public.calling_role()
            WHEN 'steward_owner'
                THEN (SELECT s.user_id FROM public.quiz_sessions AS s WHERE s.id = p_session)
            ELSE public.current_member_id()
        END,
        p_answers
    );
$$;

CREATE FUNCTION public.pause_quiz_session(p_session uuid)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/* The clock stops; answers are refused until it is resumed. */
DECLARE
    v_session public.quiz_sessions := public.lock_own_quiz_session(p_session, 'active');
BEGIN
    IF v_session.expires_at < pg_catalog.clock_timestamp() THEN
        RAISE EXCEPTION 'The time of the session is over.' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE public.quiz_sessions
    SET status = 'paused', paused_at = pg_catalog.clock_timestamp()
    WHERE id = p_session;
END
$$;

CREATE FUNCTION public.resume_quiz_session(p_session uuid)
RETURNS timestamptz
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/* Go on with a paused session, if no other one of the member is going; returns when it ends now. */
DECLARE
    v_session public.quiz_sessions := public.lock_own_quiz_session(p_session, 'paused');
    v_now timestamptz := pg_catalog.clock_timestamp();
BEGIN
    PERFORM public.close_expired_quiz_sessions(v_session.user_id);
    IF EXISTS (
        SELECT FROM public.quiz_sessions WHERE user_id = v_session.user_id AND status = 'active'
    ) THEN
        RAISE EXCEPTION 'Another session is going: pause or finish it first.'
            USING ERRCODE = 'check_violation';
    END IF;
    UPDATE public.quiz_sessions SET
        status = 'active',
        expires_at = expires_at + (v_now - paused_at),
        paused_at = NULL,
        last_activity_at = v_now
    WHERE id = p_session AND status = 'paused'
    RETURNING expires_at INTO v_now;
    RETURN v_now;
END
$$;

CREATE FUNCTION public.complete_quiz_session(p_session uuid)
RETURNS numeric
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/* What is open becomes skipped; returns the score, also of one that is completed already. */
DECLARE
    v_session public.quiz_sessions :=
        public.lock_own_quiz_session(p_session, 'active', 'paused', 'completed');
BEGIN
    IF v_session.status = 'completed' THEN
        RETURN v_session.score;
    END IF;
    RETURN public.score_quiz_session(
        p_session, LEAST(pg_catalog.clock_timestamp(), v_session.expires_at)
    );
END
$$;

CREATE FUNCTION public.abandon_quiz_session(p_session uuid, p_reason text DEFAULT 'left')
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
/* p_reason: left, too_hard, no_time, technical or other. The answers stay. */
DECLARE
    v_session public.quiz_sessions :=
        public.lock_own_quiz_session(p_session, 'active', 'paused');
BEGIN
    IF p_reason IS NULL OR p_reason NOT IN ('left', 'too_hard', 'no_time', 'technical', 'other') THEN
        RAISE EXCEPTION 'A reason is left, too_hard, no_time, technical or other.'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    UPDATE public.quiz_sessions
    SET status = 'abandoned', abandon_reason = p_reason, paused_at = NULL
    WHERE id = v_session.id;
END
$$;

CREATE FUNCTION public.get_quiz_questions(p_session uuid)
RETURNS TABLE (
    place bigint, question_id uuid, kind text, stem text, media jsonb, choices jsonb, status text
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
    /*
    The questions of the caller's session in their order, as the session froze them, without what
    tells the answer: choices are [{"id", "text"}], none for those that are typed. status is NULL
    until it is answered.
    */
    SELECT
        asked.place, asked.question_id, r.content ->> 'kind', r.content ->> 'stem',
        r.content -> 'media',
        CASE WHEN r.content ->> 'kind' IN ('short_answer', 'numeric') THEN '[]' ELSE (
            SELECT pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object('id', c.choice -> 'id', 'text', c.choice -> 'text')
                ORDER BY c.n
            )
            FROM pg_catalog.jsonb_array_elements(r.content -> 'choices')
                WITH ORDINALITY AS c (choice, n)
        ) END,
        a.status
    FROM public.quiz_sessions AS s
    CROSS JOIN LATERAL ROWS FROM (
        pg_catalog.unnest(s.question_ids), pg_catalog.unnest(s.revision_ids)
    ) WITH ORDINALITY AS asked (question_id, revision_id, place)
    JOIN public.question_revisions AS r ON r.id = asked.revision_id
    LEFT JOIN public.answers AS a
        ON a.session_id = s.id AND a.question_id = asked.question_id
    WHERE s.id = p_session AND public.may_act_for(s.user_id)
    ORDER BY asked.place;
$$;

CREATE FUNCTION public.get_quiz_results(p_session uuid)
RETURNS TABLE (question_id uuid, status text, is_correct boolean, time_ms integer)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
    /* How the caller's answers were judged: at once in tutor mode, else after the completion. */
    SELECT
        a.question_id, a.status,
        CASE WHEN s.mode = 'tutor' OR s.status = 'completed' THEN a.is_correct END,
        a.time_ms
    FROM (
        SELECT id, user_id, mode, status, question_ids FROM public.quiz_sessions
        WHERE id = p_session
        UNION ALL
        SELECT id, user_id, mode, status, question_ids FROM public.quiz_session_archive
        WHERE id = p_session
    ) AS s
    JOIN public.answers AS a ON a.session_id = s.id
    WHERE public.may_act_for(s.user_id)
    ORDER BY pg_catalog.array_position(s.question_ids, a.question_id);
$$;

DO $$
DECLARE
    v_function text;
BEGIN
    FOREACH v_function IN ARRAY ARRAY[
        'submit_answers(uuid, jsonb)', 'pause_quiz_session(uuid)', 'resume_quiz_session(uuid)',
        'complete_quiz_session(uuid)', 'abandon_quiz_session(uuid, text)',
        'get_quiz_questions(uuid)', 'get_quiz_results(uuid)'
    ] LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION public.%s FROM PUBLIC', v_function);
        EXECUTE pg_catalog.format(
            'GRANT EXECUTE ON FUNCTION public.%s TO steward_member', v_function
        );
    END LOOP;
END
$$;
