CREATE FUNCTION public.pool_list(
    p_exam bigint, p_system bigint, p_topic bigint, p_subject bigint, p_difficulty text,
    p_areas bigint[], p_lowest numeric, p_highest numeric
)
RETURNS TABLE (
    pools bigint[], uses integer[], starts integer[], befores integer[], total integer
)
LANGUAGE sql
STABLE
AS $$
    /*
    Pools that match as one long list of `total` questions, ordered by use (see pool_stretches): its
    stretch n belongs to pools[n], begins there at starts[n], and in the list after befores[n].
    */
    SELECT
        pg_catalog.array_agg(s.pool), pg_catalog.array_agg(s.uses),
        pg_catalog.array_agg(s.start), pg_catalog.array_agg(s.before),
        COALESCE(pg_catalog.sum(s.size), 0)::integer
    FROM (
        SELECT
            s.pool, s.uses, s.start, s.size,
            (pg_catalog.sum(s.size) OVER list - s.size)::integer AS before
        FROM public.pool_stretches(
            p_exam, p_system, p_topic, p_subject, p_difficulty, p_areas, p_lowest, p_highest
        ) AS s
        WINDOW list AS (ORDER BY s.uses, s.pool, s.start ROWS UNBOUNDED PRECEDING)
    ) AS s;
$$;
REVOKE ALL ON FUNCTION public.pool_list(
    bigint, bigint, bigint, bigint, text, bigint[], numeric, numeric
) FROM PUBLIC;
