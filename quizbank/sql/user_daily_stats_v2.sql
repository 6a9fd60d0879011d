CREATE MATERIALIZED VIEW public.user_daily_stats AS
/*
What each member answered by day (seed 004): days are UTC's, the accuracy is a share of 1, skipped
questions are in no figure. Erased members are left out. Answers in the archive count as
keep_archived_counts noted it before they went.

By session first: so the sessions of a day are counted by workers, without a sort of all answers.
*/
SELECT
    s.user_id,
    s.stat_date,
    pg_catalog.sum(s.questions)::bigint AS daily_questions,
    pg_catalog.sum(s.correct)::bigint AS daily_correct,
    pg_catalog.round(pg_catalog.sum(s.correct) / pg_catalog.sum(s.questions), 4) AS daily_accuracy,
    pg_catalog.sum(s.sessions)::bigint AS daily_sessions,
    COALESCE(pg_catalog.sum(s.time_ms), 0)::bigint AS daily_time_ms
FROM (
    SELECT
        a.user_id,
        (a.answered_at AT TIME ZONE 'UTC')::date AS stat_date,
        1 AS sessions,
        count(*) AS questions,
        count(*) FILTER (WHERE a.is_correct) AS correct,
        pg_catalog.sum(a.time_ms) AS time_ms
    FROM public.answers AS a
    -- Not those of a partition that is on its way to the archive: they are noted.
    WHERE a.is_correct IS NOT NULL AND a.tableoid NOT IN (
        SELECT pg_catalog.to_regclass(pg_catalog.format('public.%I', o.partition_name))
        FROM public.ops_archive AS o
        WHERE o.table_name = 'answers' AND o.state NOT IN ('restored', 'cancelled')
            AND pg_catalog.to_regclass(pg_catalog.format('public.%I', o.partition_name)) IS NOT NULL
    )
    GROUP BY a.user_id, (a.answered_at AT TIME ZONE 'UTC')::date, a.session_id
    UNION ALL
    SELECT k.user_id, k.stat_date, k.sessions, k.questions, k.correct, k.time_ms
    FROM public.archived_day_counts AS k
    JOIN public.archived_answer_months AS m ON m.month = k.month
) AS s
WHERE s.user_id NOT IN (SELECT e.id FROM public.erased_members AS e)
GROUP BY s.user_id, s.stat_date;
CREATE UNIQUE INDEX user_daily_stats_user_id_stat_date_idx
    ON public.user_daily_stats (user_id, stat_date);
