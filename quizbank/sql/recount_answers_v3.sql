/* The answers that the figures hold: judged ones, without those that still wait to be counted. */
CREATE VIEW public.counted_answers AS
SELECT a.*
FROM public.answers AS a
WHERE a.is_correct IS NOT NULL AND NOT EXISTS (
    SELECT FROM (
        SELECT u.session_id, pg_catalog.unnest(u.question_ids) AS question_id
        FROM public.uncounted_answers AS u
    ) AS waiting
    WHERE waiting.session_id = a.session_id AND waiting.question_id = a.question_id
);

/* The months whose answers are in the archive; keep_archived_counts noted what they count for. */
CREATE VIEW public.archived_answer_months AS
SELECT (a.lower AT TIME ZONE 'UTC')::date AS month, a.state, a.row_count
FROM public.ops_archive AS a
WHERE a.table_name = 'answers' AND a.state NOT IN ('restored', 'cancelled');

/* The keys under which an answer to a question counts: codes for category_stats, ids for area_stats. */
CREATE VIEW public.question_area_keys AS
SELECT a.question_id, a.code AS key, true AS is_code FROM public.question_areas AS a
UNION ALL
SELECT a.question_id, a.category_id::text, false FROM public.question_area_categories AS a;

/* What question_difficulty would be, counted from scratch. */
CREATE VIEW public.scratch_difficulty AS
SELECT
    c.question_id,
    pg_catalog.sum(c.attempt_count)::bigint AS attempt_count,
    pg_catalog.sum(c.correct_count)::bigint AS correct_count,
    pg_catalog.sum(c.total_time_ms)::bigint AS total_time_ms,
    pg_catalog.sum(c.timed_count)::bigint AS timed_count
FROM (
    SELECT
        a.question_id, count(*) AS attempt_count,
        count(*) FILTER (WHERE a.is_correct) AS correct_count,
        COALESCE(pg_catalog.sum(a.time_ms), 0) AS total_time_ms, count(a.time_ms) AS timed_count
    FROM public.counted_answers AS a
    GROUP BY a.question_id
    UNION ALL
    SELECT k.question_id, k.attempt_count, k.correct_count, k.total_time_ms, k.timed_count
    FROM public.archived_question_counts AS k
    JOIN public.archived_answer_months AS m ON m.month = k.month
    WHERE k.attempt_count > 0
) AS c
GROUP BY c.question_id;

/* What user_progress and performance_summaries would be, counted from scratch. */
CREATE VIEW public.scratch_members AS
SELECT
    COALESCE(a.user_id, m.user_id) AS user_id,
    COALESCE(a.answered, 0) AS answered,
    COALESCE(a.correct, 0) AS correct,
    COALESCE(a.time_ms, 0) AS time_ms,
    COALESCE(a.timed, 0) AS timed,
    a.last_at,
    COALESCE(m.sessions_completed, 0) AS sessions_completed,
    m.average_score,
    m.best_score,
    COALESCE(m.bonus, 0) AS bonus,
    -- A completion waits to be counted: the session figures are not compared.
    COALESCE(a.user_id, m.user_id) IN (
        SELECT t.user_id
        FROM public.uncounted_answers AS u
        JOIN public.all_quiz_sessions AS t ON t.id = u.session_id
        WHERE u.is_completion
    ) AS is_waiting
FROM (
    SELECT
        b.user_id,
        pg_catalog.sum(b.answered)::bigint AS answered,
        pg_catalog.sum(b.correct)::bigint AS correct,
        pg_catalog.sum(b.time_ms)::bigint AS time_ms,
        pg_catalog.sum(b.timed)::bigint AS timed,
        pg_catalog.max(b.last_at) AS last_at
    FROM (
        SELECT
            c.user_id, count(*) AS answered, count(*) FILTER (WHERE c.is_correct) AS correct,
            pg_catalog.sum(c.time_ms) AS time_ms, count(c.time_ms) AS timed,
            pg_catalog.max(c.answered_at) AS last_at
        FROM public.counted_answers AS c
        GROUP BY c.user_id
        UNION ALL
        SELECT k.user_id, k.answered, k.correct, k.time_ms, k.timed, k.last_at
        FROM public.archived_member_counts AS k
        JOIN public.archived_answer_months AS m ON m.month = k.month
    ) AS b
    GROUP BY b.user_id
) AS a
FULL JOIN public.member_completions AS m ON m.user_id = a.user_id
WHERE COALESCE(a.user_id, m.user_id) NOT IN (SELECT e.id FROM public.erased_members AS e);

/* What category_stats and area_stats would be, by today's places of the questions; of answers in the
   archive, by their places on the day that they went there. */
CREATE VIEW public.scratch_areas AS
SELECT
    f.user_id,
    public.merge_category_stats('{}', COALESCE(
        pg_catalog.jsonb_object_agg(f.key, f.counts) FILTER (WHERE f.is_code), '{}'
    )) AS category_stats,
    public.merge_category_stats('{}', COALESCE(
        pg_catalog.jsonb_object_agg(f.key, f.counts) FILTER (WHERE NOT f.is_code), '{}'
    )) AS area_stats
FROM (
    SELECT
        b.user_id, b.key, b.is_code,
        pg_catalog.jsonb_build_object(
            'answered', pg_catalog.sum(b.answered), 'correct', pg_catalog.sum(b.correct)
        ) AS counts
    FROM (
        SELECT
            c.user_id, area.key, area.is_code, count(*) AS answered,
            count(*) FILTER (WHERE c.is_correct) AS correct
        FROM public.counted_answers AS c
        JOIN public.question_area_keys AS area ON area.question_id = c.question_id
        GROUP BY c.user_id, area.key, area.is_code
        UNION ALL
        SELECT
            k.user_id, area.key, area.is_code, (area.counts ->> 'answered')::bigint,
            (area.counts ->> 'correct')::bigint
        FROM public.archived_member_counts AS k
        JOIN public.archived_answer_months AS m ON m.month = k.month
        CROSS JOIN LATERAL (
            SELECT e.key, true AS is_code, e.value AS counts
            FROM pg_catalog.jsonb_each(k.by_code) AS e
            UNION ALL
            SELECT e.key, false, e.value FROM pg_catalog.jsonb_each(k.by_category) AS e
        ) AS area
    ) AS b
    WHERE b.user_id NOT IN (SELECT e.id FROM public.erased_members AS e)
    GROUP BY b.user_id, b.key, b.is_code
) AS f
GROUP BY f.user_id;

CREATE FUNCTION public.recount_answers(p_repair boolean DEFAULT false)
RETURNS TABLE (figure text, checked bigint, different bigint)
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Compare the figures with what the answers say, counted from scratch; with p_repair, write what
differs. Each figure is compared in one statement, and answers enter the queue and leave it together
with their figures: so they agree in every snapshot, while work goes on.

Answers in the archive count as keep_archived_counts noted it before they went. Refused while some
are on their way there, and where the note does not cover all that went.
*/
DECLARE
    v_month date;
BEGIN
    SELECT m.month INTO v_month FROM public.archived_answer_months AS m
    WHERE m.state IN ('detaching', 'frozen') ORDER BY m.month LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'The answers of % are on their way to the archive: recount when that run is'
            ' done.', v_month USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT m.month INTO v_month FROM public.archived_answer_months AS m
    WHERE m.row_count IS DISTINCT FROM COALESCE((
        SELECT pg_catalog.sum(k.answers) FROM public.archived_question_counts AS k
        WHERE k.month = m.month
    ), 0)
    ORDER BY m.month LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'The answers of % are in the archive, and what they count for was not kept:'
            ' a recount would lose it. Restore them first.', v_month
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF p_repair THEN
        -- No counting meanwhile; after this line each statement sees all that was counted.
        PERFORM pg_catalog.pg_advisory_xact_lock(
            pg_catalog.hashtextextended('count_answers', 0)
        );
    END IF;

    figure := 'question_difficulty';
    WITH compared AS (
        SELECT
            COALESCE(d.question_id, s.question_id) AS key,
            (d.attempt_count, d.correct_count, d.total_time_ms, d.timed_count)
                IS DISTINCT FROM (
                    COALESCE(s.attempt_count, 0), COALESCE(s.correct_count, 0),
                    COALESCE(s.total_time_ms, 0), COALESCE(s.timed_count, 0)
                ) AS differs,
            s.*
        FROM public.question_difficulty AS d
        FULL JOIN public.scratch_difficulty AS s ON s.question_id = d.question_id
    ), repaired AS (
        INSERT INTO public.question_difficulty (
            question_id, attempt_count, correct_count, total_time_ms, timed_count
        )
        SELECT
            c.key, COALESCE(c.attempt_count, 0), COALESCE(c.correct_count, 0),
            COALESCE(c.total_time_ms, 0), COALESCE(c.timed_count, 0)
        FROM compared AS c WHERE c.differs AND p_repair
        ON CONFLICT (question_id) DO UPDATE SET
            attempt_count = EXCLUDED.attempt_count,
            correct_count = EXCLUDED.correct_count,
            total_time_ms = EXCLUDED.total_time_ms,
            timed_count = EXCLUDED.timed_count,
            updated_at = pg_catalog.now()
    )
    SELECT count(*), count(*) FILTER (WHERE c.differs) INTO checked, different FROM compared AS c;
    RETURN NEXT;

    figure := 'user_progress';
    WITH compared AS (
        SELECT
            COALESCE(p.user_id, s.user_id) AS key,
            (
                p.total_questions, p.total_correct, p.bonus, p.category_stats, p.area_stats
            ) IS DISTINCT FROM (
                COALESCE(s.answered, 0), COALESCE(s.correct, 0),
                CASE WHEN s.is_waiting THEN p.bonus ELSE COALESCE(s.bonus, 0) END,
                COALESCE(a.category_stats, '{}'), COALESCE(a.area_stats, '{}')
            ) AND NOT (p.user_id IS NULL AND s.is_waiting AND s.answered = 0) AS differs,
            COALESCE(s.answered, 0) AS answered,
            COALESCE(s.correct, 0) AS correct,
            COALESCE(s.bonus, 0) AS bonus,
            COALESCE(a.category_stats, '{}') AS category_stats,
            COALESCE(a.area_stats, '{}') AS area_stats
        FROM public.user_progress AS p
        FULL JOIN public.scratch_members AS s ON s.user_id = p.user_id
        LEFT JOIN public.scratch_areas AS a ON a.user_id = COALESCE(p.user_id, s.user_id)
    ), repaired AS (
        INSERT INTO public.user_progress (
            user_id, total_questions, total_correct, bonus, category_stats, area_stats
        )
        SELECT c.key, c.answered, c.correct, c.bonus, c.category_stats, c.area_stats
        FROM compared AS c WHERE c.differs AND p_repair
        ON CONFLICT (user_id) DO UPDATE SET
            total_questions = EXCLUDED.total_questions,
            total_correct = EXCLUDED.total_correct,
            bonus = EXCLUDED.bonus,
            category_stats = EXCLUDED.category_stats,
            area_stats = EXCLUDED.area_stats,
            updated_at = pg_catalog.now()
    )
    SELECT count(*), count(*) FILTER (WHERE c.differs) INTO checked, different FROM compared AS c;
    RETURN NEXT;

    figure := 'performance_summaries';
    WITH compared AS (
        SELECT
            COALESCE(p.user_id, s.user_id) AS key,
            (p.total_questions_answered, p.total_correct_answers, p.total_time_ms,
                p.timed_answers, p.last_answered_at, p.sessions_completed, p.average_score,
                p.best_score)
                IS DISTINCT FROM (
                    COALESCE(s.answered, 0), COALESCE(s.correct, 0), COALESCE(s.time_ms, 0),
                    COALESCE(s.timed, 0), s.last_at,
                    CASE WHEN s.is_waiting
                        THEN p.sessions_completed ELSE COALESCE(s.sessions_completed, 0)
                    END,
                    CASE WHEN s.is_waiting THEN p.average_score ELSE s.average_score END,
                    CASE WHEN s.is_waiting THEN p.best_score ELSE s.best_score END
                ) AND NOT (p.user_id IS NULL AND s.is_waiting AND s.answered = 0) AS differs,
            s.*
        FROM public.performance_summaries AS p
        FULL JOIN public.scratch_members AS s ON s.user_id = p.user_id
    ), repaired AS (
        INSERT INTO public.performance_summaries (
            user_id, total_questions_answered, total_correct_answers, total_time_ms,
            timed_answers, last_answered_at, sessions_completed, average_score, best_score
        )
        SELECT
            c.key, COALESCE(c.answered, 0), COALESCE(c.correct, 0), COALESCE(c.time_ms, 0),
            COALESCE(c.timed, 0), c.last_at, COALESCE(c.sessions_completed, 0), c.average_score,
            c.best_score
        FROM compared AS c WHERE c.differs AND p_repair
        ON CONFLICT (user_id) DO UPDATE SET
            total_questions_answered = EXCLUDED.total_questions_answered,
            total_correct_answers = EXCLUDED.total_correct_answers,
            total_time_ms = EXCLUDED.total_time_ms,
            timed_answers = EXCLUDED.timed_answers,
            last_answered_at = EXCLUDED.last_answered_at,
            sessions_completed = EXCLUDED.sessions_completed,
            average_score = EXCLUDED.average_score,
            best_score = EXCLUDED.best_score,
            updated_at = pg_catalog.now()
    )
    SELECT count(*), count(*) FILTER (WHERE c.differs) INTO checked, different FROM compared AS c;
    RETURN NEXT;

    figure := 'success_rate';
    SELECT count(*), count(*) FILTER (
        WHERE (q.success_rate IS NULL) <> (d.success_rate IS NULL)
            OR pg_catalog.abs(q.success_rate - d.success_rate) > 0.5
    )
    INTO checked, different
    FROM public.question_difficulty AS d
    JOIN public.questions AS q ON q.id = d.question_id;
    IF p_repair THEN
        PERFORM public.show_success_rates();
    END IF;
    RETURN NEXT;
END
$$;
REVOKE ALL ON FUNCTION public.recount_answers(boolean) FROM PUBLIC;
