CREATE FUNCTION public.database_trend(p_since timestamptz, p_points integer DEFAULT 60)
RETURNS TABLE (
    ended_at timestamptz,
    seconds double precision,
    transactions bigint,
    rolled_back bigint,
    blocks_hit bigint,
    blocks_read bigint,
    temp_bytes bigint,
    deadlocks bigint,
    bytes bigint,
    connections integer,
    blocked integer,
    longest_transaction double precision,
    heap_hit bigint,
    heap_read bigint,
    index_hit bigint,
    index_read bigint
)
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
/*
What the database did between the snapshots since that moment, of at most so many spans; a span in
which the server's counters began anew counts from there. Bytes, connections, blocked and the longest
transaction are of its end. The blocks of tables and indexes are sums over those that there are: where
one was dropped meanwhile, a span has too few, at least 0.
*/
SELECT
    s.created_at,
    extract(epoch FROM s.created_at - b.created_at)::double precision,
    COALESCE(pg_catalog.max(d.n) FILTER (WHERE d.name = 'xact_commit'), 0),
    COALESCE(pg_catalog.max(d.n) FILTER (WHERE d.name = 'xact_rollback'), 0),
    COALESCE(pg_catalog.max(d.n) FILTER (WHERE d.name = 'blks_hit'), 0),
    COALESCE(pg_catalog.max(d.n) FILTER (WHERE d.name = 'blks_read'), 0),
    COALESCE(pg_catalog.max(d.n) FILTER (WHERE d.name = 'temp_bytes'), 0),
    COALESCE(pg_catalog.max(d.n) FILTER (WHERE d.name = 'deadlocks'), 0),
    COALESCE((s.database ->> 'bytes')::bigint, 0),
    (
        SELECT pg_catalog.sum(e.value::integer)::integer
        FROM pg_catalog.jsonb_each_text(s.database -> 'connections') AS e
    ),
    (s.database ->> 'blocked')::integer,
    (s.database ->> 'longest_transaction')::double precision,
    COALESCE(pg_catalog.max(d.n) FILTER (WHERE d.name = 'heap_hit'), 0),
    COALESCE(pg_catalog.max(d.n) FILTER (WHERE d.name = 'heap_read'), 0),
    COALESCE(pg_catalog.max(d.n) FILTER (WHERE d.name = 'index_hit'), 0),
    COALESCE(pg_catalog.max(d.n) FILTER (WHERE d.name = 'index_read'), 0)
FROM public.sampled_snapshots(p_since, p_points) AS n
JOIN public.performance_snapshots AS s ON s.id = n.id
JOIN public.performance_snapshots AS b ON b.id = n.previous
CROSS JOIN LATERAL (
    SELECT
        c.name,
        CASE
            WHEN s.counted_since <> b.counted_since
                OR (
                    NOT c.is_sum
                    AND (s.database ->> c.name)::bigint < (b.database ->> c.name)::bigint
                )
                THEN (s.database ->> c.name)::bigint
            ELSE GREATEST(
                0, (s.database ->> c.name)::bigint - (b.database ->> c.name)::bigint
            )
        END AS n
    FROM (
        VALUES
        ('xact_commit', false), ('xact_rollback', false), ('blks_hit', false),
        ('blks_read', false), ('temp_bytes', false), ('deadlocks', false),
        ('heap_hit', true), ('heap_read', true), ('index_hit', true), ('index_read', true)
    ) AS c (name, is_sum)
) AS d
GROUP BY s.id, s.created_at, s.database, b.created_at
ORDER BY s.id
$$;
REVOKE ALL ON FUNCTION public.database_trend(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.database_trend(timestamptz, integer) TO pg_monitor;
