CREATE OR REPLACE FUNCTION public.keep_archived_counts(p_from date, p_until date)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Before the answers of the sessions from p_from until before p_until (days of UTC) go to the archive:
note what they count for, by question and by member, so that a recount still can; by member and day;
and each session's marks, of which item statistics are made. Returns how many
answers those are. Safe to run again. Refused while some of them wait to be counted.
*/
DECLARE
    v_lower uuid := public.uuid_floor(p_from::timestamp AT TIME ZONE 'UTC');
    v_upper uuid := public.uuid_floor(p_until::timestamp AT TIME ZONE 'UTC');
    v_answers bigint;
BEGIN
    -- No counting meanwhile; after this line each statement sees all that was counted.
    PERFORM pg_catalog.pg_advisory_xact_lock(
        pg_catalog.hashtextextended('count_answers', 0)
    );
    IF EXISTS (
        SELECT FROM public.uncounted_answers AS u
        WHERE u.session_id >= v_lower AND u.session_id < v_upper
    ) THEN
        RAISE EXCEPTION 'Answers of % wait to be counted: archive them when they are.', p_from
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    DELETE FROM public.archived_question_counts AS k WHERE k.month = p_from;
    DELETE FROM public.archived_member_counts AS k WHERE k.month = p_from;
    INSERT INTO public.archived_question_counts (
        month, question_id, answers, attempt_count, correct_count, total_time_ms, timed_count
    )
    SELECT
        p_from, a.question_id, count(*), count(a.is_correct),
        count(*) FILTER (WHERE a.is_correct),
        COALESCE(pg_catalog.sum(a.time_ms) FILTER (WHERE a.is_correct IS NOT NULL), 0),
        count(a.time_ms) FILTER (WHERE a.is_correct IS NOT NULL)
    FROM public.answers AS a
    WHERE a.session_id >= v_lower AND a.session_id < v_upper
    GROUP BY a.question_id;
    WITH judged AS (
        SELECT a.user_id, a.question_id, a.is_correct, a.time_ms, a.answered_at
        FROM public.answers AS a
        WHERE a.session_id >= v_lower AND a.session_id < v_upper AND a.is_correct IS NOT NULL
            AND NOT EXISTS (SELECT FROM public.erased_members AS e WHERE e.id = a.user_id)
    ), by_area AS (
        SELECT
            f.user_id,
            pg_catalog.jsonb_object_agg(f.key, f.counts) FILTER (WHERE f.is_code) AS by_code,
            pg_catalog.jsonb_object_agg(f.key, f.counts) FILTER (WHERE NOT f.is_code)
                AS by_category
        FROM (
            SELECT
                j.user_id, area.key, area.is_code,
                pg_catalog.jsonb_build_object(
                    'answered', count(*), 'correct', count(*) FILTER (WHERE j.is_correct)
                ) AS counts
            FROM judged AS j
            JOIN public.question_area_keys AS area ON area.question_id = j.question_id
            GROUP BY j.user_id, area.key, area.is_code
        ) AS f
        GROUP BY f.user_id
    ), by_member AS (
        SELECT
            j.user_id, count(*) AS answered, count(*) FILTER (WHERE j.is_correct) AS correct,
            COALESCE(pg_catalog.sum(j.time_ms), 0) AS time_ms, count(j.time_ms) AS timed,
            pg_catalog.max(j.answered_at) AS last_at
        FROM judged AS j
        GROUP BY j.user_id
    )
    INSERT INTO public.archived_member_counts (
        month, user_id, answered, correct, time_ms, timed, last_at, by_code, by_category
    )
    SELECT
        p_from, m.user_id, m.answered, m.correct, m.time_ms, m.timed, m.last_at,
        COALESCE(a.by_code, '{}'), COALESCE(a.by_category, '{}')
    FROM by_member AS m
    LEFT JOIN by_area AS a ON a.user_id = m.user_id;
    DELETE FROM public.archived_day_counts AS k WHERE k.month = p_from;
    INSERT INTO public.archived_day_counts (
        month, user_id, stat_date, sessions, questions, correct, time_ms
    )
    SELECT
        p_from, a.user_id, (a.answered_at AT TIME ZONE 'UTC')::date,
        count(DISTINCT a.session_id), count(*), count(*) FILTER (WHERE a.is_correct),
        COALESCE(pg_catalog.sum(a.time_ms), 0)
    FROM public.answers AS a
    WHERE a.session_id >= v_lower AND a.session_id < v_upper AND a.is_correct IS NOT NULL
        AND NOT EXISTS (SELECT FROM public.erased_members AS e WHERE e.id = a.user_id)
    GROUP BY a.user_id, (a.answered_at AT TIME ZONE 'UTC')::date;
    DELETE FROM public.archived_session_marks AS k WHERE k.month = p_from;
    INSERT INTO public.archived_session_marks (
        session_id, month, revision_ids, marks, choices, times
    )
    SELECT
        a.session_id, p_from,
        pg_catalog.array_agg(a.revision_id ORDER BY a.question_id),
        pg_catalog.array_agg(a.is_correct ORDER BY a.question_id),
        pg_catalog.array_agg(
            pg_catalog.array_to_string(a.choice_ids, ',') ORDER BY a.question_id
        ),
        pg_catalog.array_agg(a.time_ms ORDER BY a.question_id)
    FROM public.answers AS a
    WHERE a.session_id >= v_lower AND a.session_id < v_upper
    GROUP BY a.session_id;
    SELECT COALESCE(pg_catalog.sum(k.answers), 0) INTO v_answers
    FROM public.archived_question_counts AS k WHERE k.month = p_from;
    RETURN v_answers;
END
$$;
