CREATE OR REPLACE FUNCTION public.statement_activity(p_since timestamptz)
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
