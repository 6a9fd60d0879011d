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
    longest_transaction double precision
)
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
/*
What the database did between the snapshots since that moment, of at most so many spans; a span in
which the server's counters began anew counts from there. The last four are of its end.
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
    (s.database ->> 'longest_transaction')::double precision
FROM public.sampled_snapshots(p_since, p_points) AS n
JOIN public.performance_snapshots AS s ON s.id = n.id
JOIN public.performance_snapshots AS b ON b.id = n.previous
CROSS JOIN LATERAL (
    SELECT
        c.name,
        CASE
            WHEN s.counted_since <> b.counted_since
                OR (s.database ->> c.name)::bigint < (b.database ->> c.name)::bigint
                THEN (s.database ->> c.name)::bigint
            ELSE (s.database ->> c.name)::bigint - (b.database ->> c.name)::bigint
        END AS n
    FROM pg_catalog.unnest(ARRAY[
        'xact_commit', 'xact_rollback', 'blks_hit', 'blks_read', 'temp_bytes', 'deadlocks'
    ]) AS c (name)
) AS d
GROUP BY s.id, s.created_at, s.database, b.created_at
ORDER BY s.id
$$;
REVOKE ALL ON FUNCTION public.database_trend(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.database_trend(timestamptz, integer) TO pg_monitor;
