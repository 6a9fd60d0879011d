CREATE FUNCTION public.get_learner_export_batch(
    p_after uuid DEFAULT NULL, p_limit integer DEFAULT 1000
)
RETURNS TABLE (
    user_id uuid,
    user_created timestamptz,
    level integer,
    total_questions integer,
    accuracy numeric,
    total_sessions bigint,
    avg_score numeric
)
LANGUAGE plpgsql STABLE SET search_path = ''
AS $$
/* The warehouse's facts of up to p_limit members (1 to 10,000) whose id is beyond p_after, in the
   order of their ids: the last id of a batch is p_after of the next; the last batch is empty.
   Members who were erased are left out. For the owner alone. */
BEGIN
    IF p_limit IS NULL OR p_limit NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION 'p_limit is 1 to 10,000 members.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Uses index: members_pkey.
    RETURN QUERY
    SELECT m.id, m.created_at, p.level, p.total_questions, p.accuracy::numeric,
        s.total_sessions, s.avg_score
    FROM public.members AS m
    LEFT JOIN public.user_progress AS p ON p.user_id = m.id
    CROSS JOIN LATERAL (
        SELECT pg_catalog.count(*) AS total_sessions,
            pg_catalog.round(pg_catalog.avg(q.score), 2) AS avg_score
        FROM public.all_quiz_sessions AS q WHERE q.user_id = m.id
    ) AS s
    WHERE (p_after IS NULL OR m.id > p_after)
        AND NOT EXISTS (SELECT FROM public.erased_members AS e WHERE e.id = m.id)
    ORDER BY m.id
    LIMIT p_limit;
END
$$;
REVOKE ALL ON FUNCTION public.get_learner_export_batch(uuid, integer) FROM PUBLIC;
