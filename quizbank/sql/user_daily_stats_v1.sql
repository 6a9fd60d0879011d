CREATE MATERIALIZED VIEW public.user_daily_stats AS
/*
What each member answered by day (seed 004): days are UTC's, the accuracy is a share of 1, skipped
questions are in no figure. Erased members are left out.

By session first: so the sessions of a day are counted by workers, without a sort of all answers.
*/
SELECT
    s.user_id,
    s.stat_date,
    pg_catalog.sum(s.questions)::bigint AS daily_questions,
    pg_catalog.sum(s.correct)::bigint AS daily_correct,
    pg_catalog.round(pg_catalog.sum(s.correct) / pg_catalog.sum(s.questions), 4) AS daily_accuracy,
    count(*) AS daily_sessions,
    COALESCE(pg_catalog.sum(s.time_ms), 0)::bigint AS daily_time_ms
FROM (
    SELECT
        a.user_id,
        (a.answered_at AT TIME ZONE 'UTC')::date AS stat_date,
        a.session_id,
        count(*) AS questions,
        count(*) FILTER (WHERE a.is_correct) AS correct,
        pg_catalog.sum(a.time_ms) AS time_ms
    FROM public.answers AS a
    WHERE a.is_correct IS NOT NULL
    GROUP BY a.user_id, (a.answered_at AT TIME ZONE 'UTC')::date, a.session_id
) AS s
WHERE s.user_id NOT IN (SELECT e.id FROM public.erased_members AS e)
GROUP BY s.user_id, s.stat_date;
CREATE UNIQUE INDEX user_daily_stats_user_id_stat_date_idx
    ON public.user_daily_stats (user_id, stat_date);
