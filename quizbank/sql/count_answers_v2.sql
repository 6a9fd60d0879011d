CREATE FUNCTION public.count_answers(p_limit integer DEFAULT 500)
RETURNS TABLE (answers bigint, questions uuid[])
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Bring the figures up to date with at most p_limit batches of uncounted_answers; returns how many
answers were counted, and the questions that they answer (see show_success_rates).

A batch leaves the queue in the transaction that counts it: each answer counts once, whatever dies.
One caller at a time, so that no two add to the same rows in opposite orders.
*/
DECLARE
    v_completed uuid[];
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(
        pg_catalog.hashtextextended('count_answers', 0)
    );
    WITH taken AS (
        DELETE FROM public.uncounted_answers AS u
        WHERE u.id = ANY (ARRAY(
            SELECT w.id FROM public.uncounted_answers AS w ORDER BY w.id LIMIT p_limit
        ))
        RETURNING u.session_id, u.question_ids, u.is_completion
    ), counted AS MATERIALIZED (
        SELECT a.question_id, a.user_id, a.is_correct, a.time_ms, a.answered_at
        FROM taken AS t
        CROSS JOIN LATERAL pg_catalog.unnest(t.question_ids) AS given (question_id)
        -- Uses index: the primary key of the session's partition.
        JOIN public.answers AS a
            ON a.session_id = t.session_id AND a.question_id = given.question_id
    ), of_question AS (
        INSERT INTO public.question_difficulty AS d (
            question_id, attempt_count, correct_count, total_time_ms, timed_count, updated_at
        )
        SELECT
            c.question_id, count(*), count(*) FILTER (WHERE c.is_correct),
            COALESCE(pg_catalog.sum(c.time_ms), 0), count(c.time_ms), pg_catalog.now()
        FROM counted AS c
        GROUP BY c.question_id
        ON CONFLICT (question_id) DO UPDATE SET
            attempt_count = d.attempt_count + EXCLUDED.attempt_count,
            correct_count = d.correct_count + EXCLUDED.correct_count,
            total_time_ms = d.total_time_ms + EXCLUDED.total_time_ms,
            timed_count = d.timed_count + EXCLUDED.timed_count,
            updated_at = EXCLUDED.updated_at
        RETURNING d.question_id
    ), by_member AS (
        SELECT
            c.user_id, count(*) AS answered, count(*) FILTER (WHERE c.is_correct) AS correct,
            COALESCE(pg_catalog.sum(c.time_ms), 0) AS time_ms, count(c.time_ms) AS timed,
            pg_catalog.max(c.answered_at) AS last_at
        FROM counted AS c
        WHERE NOT EXISTS (SELECT FROM public.erased_members AS e WHERE e.id = c.user_id)
        GROUP BY c.user_id
    ), asked AS (
        SELECT DISTINCT c.question_id FROM counted AS c
    ), areas AS (
        SELECT asked.question_id, area.key, area.is_code
        FROM asked
        CROSS JOIN LATERAL (
            SELECT a.code AS key, true AS is_code
            FROM public.question_areas AS a WHERE a.question_id = asked.question_id
            UNION ALL
            SELECT a.category_id::text, false
            FROM public.question_area_categories AS a WHERE a.question_id = asked.question_id
        ) AS area
    ), by_area AS (
        SELECT
            f.user_id,
            pg_catalog.jsonb_object_agg(f.key, f.counts) FILTER (WHERE f.is_code) AS by_code,
            pg_catalog.jsonb_object_agg(f.key, f.counts) FILTER (WHERE NOT f.is_code)
                AS by_category
        FROM (
            SELECT
                c.user_id, area.key, area.is_code,
                pg_catalog.jsonb_build_object(
                    'answered', count(*), 'correct', count(*) FILTER (WHERE c.is_correct)
                ) AS counts
            FROM counted AS c
            JOIN areas AS area ON area.question_id = c.question_id
            GROUP BY c.user_id, area.key, area.is_code
        ) AS f
        GROUP BY f.user_id
    ), of_member AS (
        INSERT INTO public.user_progress AS p (
            user_id, total_questions, total_correct, category_stats, area_stats, updated_at
        )
        SELECT
            m.user_id, m.answered, m.correct,
            public.merge_category_stats('{}', COALESCE(a.by_code, '{}')),
            public.merge_category_stats('{}', COALESCE(a.by_category, '{}')), pg_catalog.now()
        FROM by_member AS m
        LEFT JOIN by_area AS a ON a.user_id = m.user_id
        ON CONFLICT (user_id) DO UPDATE SET
            total_questions = p.total_questions + EXCLUDED.total_questions,
            total_correct = p.total_correct + EXCLUDED.total_correct,
            category_stats = public.merge_category_stats(
                p.category_stats, EXCLUDED.category_stats
            ),
            area_stats = public.merge_category_stats(p.area_stats, EXCLUDED.area_stats),
            updated_at = EXCLUDED.updated_at
    ), of_dashboard AS (
        INSERT INTO public.performance_summaries AS p (
            user_id, total_questions_answered, total_correct_answers, total_time_ms,
            timed_answers, last_answered_at, updated_at
        )
        SELECT
            m.user_id, m.answered, m.correct, m.time_ms, m.timed, m.last_at, pg_catalog.now()
        FROM by_member AS m
        ON CONFLICT (user_id) DO UPDATE SET
            total_questions_answered
                = p.total_questions_answered + EXCLUDED.total_questions_answered,
            total_correct_answers = p.total_correct_answers + EXCLUDED.total_correct_answers,
            total_time_ms = p.total_time_ms + EXCLUDED.total_time_ms,
            timed_answers = p.timed_answers + EXCLUDED.timed_answers,
            last_answered_at = GREATEST(p.last_answered_at, EXCLUDED.last_answered_at),
            updated_at = EXCLUDED.updated_at
    )
    SELECT
        (SELECT count(*) FROM counted),
        ARRAY(SELECT o.question_id FROM of_question AS o),
        ARRAY(SELECT DISTINCT t.session_id FROM taken AS t WHERE t.is_completion)
    INTO answers, questions, v_completed;
    PERFORM public.count_completions(v_completed);
    RETURN NEXT;
END
$$;
REVOKE ALL ON FUNCTION public.count_answers(integer) FROM PUBLIC;
