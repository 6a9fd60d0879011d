CREATE FUNCTION public.record_answers(
    p_session uuid,
    p_member uuid,
    p_answers jsonb,
    p_received_at timestamptz DEFAULT NULL
)
RETURNS TABLE (question_id text, outcome text, reason text, is_correct boolean)
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Write 1 to 50 answers of p_member to a session, [{"question_id", "choices" | "text", "time_ms"}]: a
row for each in its order, recorded, duplicate or refused with the reason; is_correct in tutor mode
only. The first valid answer to a question counts, judged by the revision that the session froze.

p_received_at is when the answers came in, if they waited since: what was given in time counts, also
when the session was paused or completed meanwhile; a completed one is scored again. NULL is now.

The session's row is locked first: answers, pause and completion come one after the other.
*/
DECLARE
    v_session public.quiz_sessions;
    v_keys text[];
    v_at timestamptz;
    v_refusal text;
    v_row record;
    v_recorded uuid[] := '{}';
    v_correct integer := 0;
BEGIN
    IF pg_catalog.jsonb_typeof(p_answers) IS DISTINCT FROM 'array'
        OR pg_catalog.jsonb_array_length(p_answers) NOT BETWEEN 1 AND 50
    THEN
        RAISE EXCEPTION 'Answers come as a list of 1 to 50.'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT * INTO v_session FROM public.quiz_sessions WHERE id = p_session FOR NO KEY UPDATE;
    -- Waits for an erasure that is under way.
    PERFORM FROM public.members WHERE id = p_member FOR KEY SHARE;
    v_keys := v_session.question_ids::text[];
    v_at := COALESCE(p_received_at, pg_catalog.clock_timestamp());
    v_refusal := CASE
        WHEN v_session.id IS NULL OR v_session.user_id IS DISTINCT FROM p_member
            OR EXISTS (SELECT FROM public.erased_members WHERE id = p_member)
            THEN 'There is no such session of yours.'
        WHEN v_session.status = 'abandoned' THEN 'The session was abandoned.'
        WHEN v_session.status = 'completed' AND v_at >= v_session.completed_at
            THEN 'The session is completed.'
        WHEN v_at > v_session.expires_at THEN 'The time of the session is over.'
        WHEN v_session.status = 'paused' AND v_at >= v_session.paused_at
            THEN 'The session is paused: resume it first.'
    END;
    IF v_refusal IS NOT NULL THEN
        RETURN QUERY
            SELECT given.answer ->> 'question_id', 'refused', v_refusal, NULL::boolean
            FROM pg_catalog.jsonb_array_elements(p_answers) WITH ORDINALITY AS given (answer, n)
            ORDER BY given.n;
        RETURN;
    END IF;
    IF v_session.status = 'completed' THEN
        -- Makes room for answers that were given before the completion skipped their questions.
        DELETE FROM public.answers AS a
        WHERE a.session_id = p_session AND a.status = 'skipped' AND a.question_id = ANY (
            SELECT v_session.question_ids[
                pg_catalog.array_position(v_keys, pg_catalog.lower(given.answer ->> 'question_id'))
            ]
            FROM pg_catalog.jsonb_array_elements(p_answers) AS given (answer)
        );
    END IF;

    FOR v_row IN
        WITH given AS (
            SELECT
                each.n,
                each.answer,
                each.answer ->> 'question_id' AS key,
                pg_catalog.array_position(
                    v_keys, pg_catalog.lower(each.answer ->> 'question_id')
                ) AS place,
                each.answer -> 'time_ms' AS time
            FROM pg_catalog.jsonb_array_elements(p_answers) WITH ORDINALITY AS each (answer, n)
        ), judged AS (
            SELECT
                given.n,
                given.key,
                given.time,
                v_session.question_ids[given.place] AS question_id,
                revision.id AS revision_id,
                judgement.is_correct,
                judgement.choice_ids,
                judgement.given_text,
                CASE
                    WHEN given.place IS NULL THEN 'The question is not one of this session.'
                    WHEN revision.id IS NULL THEN 'The question was withdrawn.'
                    WHEN judgement.problem IS NOT NULL THEN judgement.problem
                    WHEN given.time IS NULL OR given.time = 'null' THEN NULL
                    WHEN pg_catalog.jsonb_typeof(given.time) <> 'number'
                        OR given.time::numeric NOT BETWEEN 0 AND 86400000
                        THEN 'A time is 0 to 86,400,000 milliseconds.'
                END AS problem
            FROM given
            -- Uses index: question_revisions_pkey.
            LEFT JOIN public.question_revisions AS revision
                ON revision.id = v_session.revision_ids[given.place]
            LEFT JOIN LATERAL public.judge_answer(revision.content, given.answer) AS judgement
                ON revision.id IS NOT NULL
        ), first AS (
            SELECT DISTINCT ON (j.question_id) j.*
            FROM judged AS j WHERE j.problem IS NULL ORDER BY j.question_id, j.n
        ), written AS (
            INSERT INTO public.answers AS a (
                session_id, question_id, revision_id, user_id, is_correct, choice_ids, given_text,
                time_ms, answered_at
            )
            SELECT
                p_session, f.question_id, f.revision_id, p_member, f.is_correct, f.choice_ids,
                f.given_text,
                CASE WHEN f.time <> 'null' THEN pg_catalog.round(f.time::numeric)::integer END,
                v_at
            FROM first AS f
            ON CONFLICT DO NOTHING
            RETURNING a.question_id
        )
        SELECT j.key, j.problem, j.is_correct, w.question_id AS recorded
        FROM judged AS j
        LEFT JOIN first AS f ON f.n = j.n
        LEFT JOIN written AS w ON w.question_id = f.question_id
        ORDER BY j.n
    LOOP
        question_id := v_row.key;
        reason := v_row.problem;
        is_correct := NULL;
        IF v_row.problem IS NOT NULL THEN
            outcome := 'refused';
        ELSIF v_row.recorded IS NULL THEN
            outcome := 'duplicate';
        ELSE
            outcome := 'recorded';
            v_recorded := v_recorded || v_row.recorded;
            v_correct := v_correct + v_row.is_correct::integer;
            is_correct := CASE v_session.mode WHEN 'tutor' THEN v_row.is_correct END;
        END IF;
        RETURN NEXT;
    END LOOP;

    IF v_recorded <> '{}' THEN
        UPDATE public.quiz_sessions SET
            answered_count = answered_count + pg_catalog.cardinality(v_recorded),
            correct_count = correct_count + v_correct,
            skipped_count = CASE v_session.status
                WHEN 'completed' THEN skipped_count - pg_catalog.cardinality(v_recorded) ELSE 0
            END,
            last_activity_at = GREATEST(last_activity_at, v_at)
        WHERE id = p_session;
        INSERT INTO public.uncounted_answers (session_id, question_ids)
        VALUES (p_session, v_recorded);
        PERFORM public.mark_answered(v_recorded);
    END IF;
    IF v_session.status = 'completed' THEN
        PERFORM public.score_quiz_session(p_session, v_session.completed_at);
    END IF;
END
$$;
REVOKE ALL ON FUNCTION public.record_answers(uuid, uuid, jsonb, timestamptz) FROM PUBLIC;
