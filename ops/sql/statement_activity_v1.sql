CREATE FUNCTION public.snapshot_at(p_moment timestamptz)
RETURNS uuid
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
/* The last snapshot that was there at the moment; else the earliest one. Null without any. */
SELECT COALESCE(
    (
        SELECT id FROM public.performance_snapshots
        WHERE id < public.uuid_floor(p_moment + interval '1 millisecond')
        ORDER BY id DESC LIMIT 1
    ),
    (SELECT id FROM public.performance_snapshots ORDER BY id LIMIT 1)
)
$$;
REVOKE ALL ON FUNCTION public.snapshot_at(timestamptz) FROM PUBLIC;

CREATE FUNCTION public.counted_between(p_before jsonb, p_after jsonb)
RETURNS jsonb
LANGUAGE sql
IMMUTABLE
SET search_path = ''
AS $$
/*
What one query's counters (of a snapshot) rose by. All of `p_after` where the counting began anew
meanwhile, or `p_before` did not know the query.
*/
SELECT CASE
    WHEN p_before IS NULL
        OR (p_after ->> 'since')::numeric > (p_before ->> 'since')::numeric
        OR (p_after ->> 'calls')::numeric < (p_before ->> 'calls')::numeric THEN p_after
    ELSE (
        SELECT pg_catalog.jsonb_object_agg(
            e.key, (e.value)::numeric - COALESCE((p_before ->> e.key)::numeric, 0)
        )
        FROM pg_catalog.jsonb_each_text(p_after) AS e
        WHERE e.key <> 'since'
    )
END
$$;
REVOKE ALL ON FUNCTION public.counted_between(jsonb, jsonb) FROM PUBLIC;

CREATE FUNCTION public.statement_activity(p_since timestamptz)
RETURNS TABLE (
    queryid bigint,
    query text,
    calls bigint,
    total_ms double precision,
    mean_ms double precision,
    "rows" bigint,
    blocks_hit bigint,
    blocks_read bigint,
    temp_blocks bigint,
    io_ms double precision,
    wal_bytes bigint
)
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
/*
What each query cost from the snapshot of that moment until now, without those that did not run.
Without a snapshot: since the server began to count them.
*/
WITH before AS (
    SELECT e.key::bigint AS queryid, e.value AS counters
    FROM public.performance_snapshots AS s
    CROSS JOIN LATERAL pg_catalog.jsonb_each(s.statements) AS e
    WHERE s.id = public.snapshot_at(p_since)
),
after AS (
    SELECT
        c.queryid,
        pg_catalog.jsonb_build_object(
            'calls', c.calls, 'ms', c.total_exec_time, 'rows', c.rows, 'hit', c.shared_blks_hit,
            'read', c.shared_blks_read, 'temp', c.temp_blks_written, 'io', c.io_time,
            'wal', c.wal_bytes, 'since', extract(epoch FROM c.counted_since)
        ) AS counters
    FROM public.statement_counters() AS c
),
risen AS (
    SELECT a.queryid, public.counted_between(b.counters, a.counters) AS c
    FROM after AS a
    LEFT JOIN before AS b USING (queryid)
    -- Most did not run since.
    WHERE b.counters IS NULL OR a.counters -> 'calls' <> b.counters -> 'calls'
)
SELECT
    r.queryid,
    COALESCE(t.query, n.query),
    (r.c ->> 'calls')::bigint,
    (r.c ->> 'ms')::double precision,
    (r.c ->> 'ms')::double precision / NULLIF((r.c ->> 'calls')::double precision, 0),
    (r.c ->> 'rows')::bigint,
    (r.c ->> 'hit')::bigint,
    (r.c ->> 'read')::bigint,
    (r.c ->> 'temp')::bigint,
    (r.c ->> 'io')::double precision,
    (r.c ->> 'wal')::bigint
FROM risen AS r
LEFT JOIN public.query_texts AS t USING (queryid)
-- Those that ran since the last snapshot for the first time.
LEFT JOIN public.statement_texts() AS n ON n.queryid = r.queryid AND t.queryid IS NULL
WHERE (r.c ->> 'calls')::bigint > 0
$$;
REVOKE ALL ON FUNCTION public.statement_activity(timestamptz) FROM PUBLIC;

CREATE FUNCTION public.sampled_snapshots(p_since timestamptz, p_points integer)
RETURNS TABLE (id uuid, previous uuid)
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
/* At most so many of the snapshots since that moment, evenly spread, each with the one before. */
SELECT s.id, s.previous
FROM (
    SELECT n.id, pg_catalog.lag(n.id) OVER (ORDER BY n.id) AS previous
    FROM (
        SELECT
            p.id,
            pg_catalog.row_number() OVER (ORDER BY p.id DESC) - 1 AS place,
            pg_catalog.count(*) OVER () AS total
        FROM public.performance_snapshots AS p
        WHERE p.id >= public.uuid_floor(p_since)
    ) AS n
    WHERE n.place % greatest(1, ceil(n.total::numeric / greatest(p_points, 1))::bigint) = 0
) AS s
WHERE s.previous IS NOT NULL
$$;
REVOKE ALL ON FUNCTION public.sampled_snapshots(timestamptz, integer) FROM PUBLIC;

CREATE FUNCTION public.statement_trend(
    p_queryid bigint, p_since timestamptz, p_points integer DEFAULT 60
)
RETURNS TABLE (ended_at timestamptz, calls bigint, total_ms double precision)
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
/* What one query cost between the snapshots since that moment, of at most so many spans. */
SELECT
    s.created_at,
    COALESCE((r.c ->> 'calls')::bigint, 0),
    COALESCE((r.c ->> 'ms')::double precision, 0)
FROM public.sampled_snapshots(p_since, p_points) AS n
JOIN public.performance_snapshots AS s ON s.id = n.id
JOIN public.performance_snapshots AS b ON b.id = n.previous
CROSS JOIN LATERAL (
    SELECT public.counted_between(
        b.statements -> p_queryid::text, s.statements -> p_queryid::text
    ) AS c
) AS r
ORDER BY s.id
$$;
REVOKE ALL ON FUNCTION public.statement_trend(bigint, timestamptz, integer) FROM PUBLIC;

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
