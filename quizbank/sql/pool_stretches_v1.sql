CREATE FUNCTION public.pool_stretches(
    p_detail text, p_filters jsonb, p_areas bigint[], p_lowest numeric, p_highest numeric
)
RETURNS TABLE (pool bigint, uses integer, start integer, size integer)
LANGUAGE sql
STABLE
AS $$
    /*
    The pools that match, cut into stretches of about equal use.

        least     the first of each pool: the least used
        levels    all
        tiers     those whose success rate may be from p_lowest to p_highest
    */
    WITH pool AS (
        SELECT p.*
        FROM public.question_pools AS p
        WHERE p.exam_id IS NOT DISTINCT FROM (p_filters ->> 'exam')::bigint
            AND (p_filters ->> 'system' IS NULL
                OR p.system_id = (p_filters ->> 'system')::bigint)
            AND (p_filters ->> 'topic' IS NULL OR p.topic_id = (p_filters ->> 'topic')::bigint)
            AND (p_filters ->> 'subject' IS NULL
                OR p.subject_id = (p_filters ->> 'subject')::bigint)
            AND (p_filters ->> 'difficulty' IS NULL OR p.difficulty = p_filters ->> 'difficulty')
            AND (p_areas IS NULL OR COALESCE(p.topic_id, p.system_id) = ANY (p_areas))
    )
    SELECT p.id, p.level_uses[1], 1, p.level_sizes[1]
    FROM pool AS p WHERE p_detail = 'least'
    UNION ALL
    SELECT p.id, l.uses, l.start, l.size
    FROM pool AS p
    CROSS JOIN LATERAL unnest(p.level_uses, p.level_starts, p.level_sizes)
        AS l (uses, start, size)
    WHERE p_detail = 'levels'
    UNION ALL
    SELECT p.id, t.uses, t.start, t.size
    FROM pool AS p
    CROSS JOIN LATERAL unnest(p.tier_uses, p.tier_success, p.tier_starts, p.tier_sizes)
        AS t (uses, success, start, size)
    WHERE p_detail = 'tiers' AND t.success BETWEEN p_lowest / 10 AND p_highest / 10;
$$;
REVOKE ALL ON FUNCTION
    public.pool_stretches(text, jsonb, bigint[], numeric, numeric) FROM PUBLIC;
