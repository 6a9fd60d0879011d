CREATE FUNCTION public.pool_stretches(
    p_exam bigint, p_system bigint, p_topic bigint, p_subject bigint, p_difficulty text,
    p_areas bigint[], p_lowest numeric, p_highest numeric
)
RETURNS TABLE (pool bigint, uses integer, start integer, size integer)
LANGUAGE sql
STABLE
AS $$
    /*
    The pools that match, cut into stretches of about equal use; with p_lowest and p_highest, those
    whose success rate may be from there to there. Uses index: pool_is_there_once.
    */
    SELECT p.id, part.uses, part.start, part.size
    FROM (
        SELECT * FROM public.question_pools WHERE p_exam IS NULL AND exam_id IS NULL
        UNION ALL
        SELECT * FROM public.question_pools WHERE exam_id = p_exam
    ) AS p
    CROSS JOIN LATERAL (
        SELECT l.uses, l.start, l.size
        FROM unnest(p.level_uses, p.level_starts, p.level_sizes) AS l (uses, start, size)
        WHERE p_lowest IS NULL
        UNION ALL
        SELECT t.uses, t.start, t.size
        FROM unnest(p.tier_uses, p.tier_success, p.tier_starts, p.tier_sizes)
            AS t (uses, success, start, size)
        WHERE p_lowest IS NOT NULL
            AND t.success >= pg_catalog.floor(p_lowest / 10)::integer
            AND t.success <= pg_catalog.floor(p_highest / 10)::integer
    ) AS part
    WHERE (p_system IS NULL OR p.system_id = p_system)
        AND (p_topic IS NULL OR p.topic_id = p_topic)
        AND (p_subject IS NULL OR p.subject_id = p_subject)
        AND (p_difficulty IS NULL OR p.difficulty = p_difficulty)
        AND (p_areas IS NULL OR COALESCE(p.topic_id, p.system_id) = ANY (p_areas));
$$;
REVOKE ALL ON FUNCTION public.pool_stretches(
    bigint, bigint, bigint, bigint, text, bigint[], numeric, numeric
) FROM PUBLIC;
