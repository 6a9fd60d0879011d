/* What the completed sessions of each member add up to. bonus: ⌊n / 2⌋ for n questions without a
   fault. */
CREATE VIEW public.member_completions AS
SELECT
    s.user_id,
    count(*) AS sessions_completed,
    pg_catalog.round(pg_catalog.avg(s.score), 2) AS average_score,
    pg_catalog.max(s.score) AS best_score,
    COALESCE(pg_catalog.sum(s.question_count / 2) FILTER (
        WHERE s.correct_count = s.question_count
    ), 0) AS bonus
FROM (
    SELECT user_id, score, question_count, correct_count FROM public.quiz_sessions
    WHERE status = 'completed'
    UNION ALL
    SELECT user_id, score, question_count, correct_count FROM public.quiz_session_archive
) AS s
GROUP BY s.user_id;
