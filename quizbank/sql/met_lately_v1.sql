CREATE FUNCTION public.met_lately(p_member uuid, p_questions uuid[])
RETURNS TABLE (question_id uuid, met_at timestamptz)
LANGUAGE sql
STABLE
AS $$
    /*
    Those of p_questions that the member met in their last 100 sessions of 30 days, and when last.

    Uses index: quiz_session_of_member. "IS TRUE" keeps IN a hashed lookup: a join would be planned
    for a handful of questions, and compare each with each.
    */
    SELECT asked.id, pg_catalog.max(s.started_at)
    FROM (
        SELECT s.question_ids, s.started_at FROM public.quiz_sessions AS s
        WHERE s.user_id = p_member
            AND s.id >= public.uuid_floor(pg_catalog.now() - interval '30 days')
        ORDER BY s.id DESC
        LIMIT 100
    ) AS s
    CROSS JOIN LATERAL pg_catalog.unnest(s.question_ids) AS asked (id)
    WHERE (asked.id IN (SELECT pg_catalog.unnest(p_questions))) IS TRUE
    GROUP BY asked.id;
$$;
REVOKE ALL ON FUNCTION public.met_lately(uuid, uuid[]) FROM PUBLIC;
