CREATE FUNCTION public.growth_trend(
    p_what text, p_since timestamptz, p_points integer DEFAULT 48, p_most integer DEFAULT 6
)
RETURNS TABLE (name text, ended_at timestamptz, bytes bigint, grown bigint)
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
/*
How large the 'tables' (with their indexes) or 'indexes' that grew most since that moment were, at
most so many moments of each, evenly spread; partitions are added up. `grown` is the same in all rows
of one: how many bytes it is larger than at its first.
*/
WITH kept AS (
    SELECT
        s.created_at,
        CASE p_what WHEN 'tables' THEN s.tables WHEN 'indexes' THEN s.indexes END AS sizes,
        pg_catalog.row_number() OVER (ORDER BY s.id DESC) - 1 AS place,
        pg_catalog.count(*) OVER () AS total
    FROM public.performance_snapshots AS s
    WHERE s.id >= public.uuid_floor(p_since) AND s.tables IS NOT NULL
),
size AS (
    SELECT e.key AS name, k.created_at, (e.value ->> 'bytes')::bigint AS bytes
    FROM kept AS k
    CROSS JOIN LATERAL pg_catalog.jsonb_each(k.sizes) AS e
    WHERE k.place % greatest(1, ceil(k.total::numeric / greatest(p_points, 1))::bigint) = 0
),
most AS (
    SELECT
        z.name,
        (pg_catalog.array_agg(z.bytes ORDER BY z.created_at DESC))[1]
        - (pg_catalog.array_agg(z.bytes ORDER BY z.created_at))[1] AS grown
    FROM size AS z
    GROUP BY z.name
    ORDER BY grown DESC, z.name
    LIMIT p_most
)
SELECT z.name, z.created_at, z.bytes, m.grown
FROM most AS m
JOIN size AS z USING (name)
WHERE m.grown > 0
ORDER BY m.grown DESC, z.name, z.created_at
$$;
REVOKE ALL ON FUNCTION public.growth_trend(text, timestamptz, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.growth_trend(text, timestamptz, integer, integer) TO pg_monitor;
