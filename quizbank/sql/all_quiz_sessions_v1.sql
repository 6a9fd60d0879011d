/* Sessions with their archive: statistics, member page, warehouse. */
CREATE VIEW public.all_quiz_sessions WITH (security_invoker = true) AS
SELECT
    id, created_at, user_id, exam_id, mode, question_mode, pattern, filters, status, question_ids,
    revision_ids, question_count, time_limit, started_at, last_activity_at, expires_at, paused_at,
    completed_at, abandon_reason, answered_count, correct_count, skipped_count, score,
    false AS is_archived
FROM public.quiz_sessions
UNION ALL
SELECT
    id, created_at, user_id, exam_id, mode, question_mode, pattern, filters, status, question_ids,
    revision_ids, question_count, time_limit, started_at, last_activity_at, expires_at, paused_at,
    completed_at, abandon_reason, answered_count, correct_count, skipped_count, score,
    true
FROM public.quiz_session_archive;
