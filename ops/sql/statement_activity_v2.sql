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
Without a snapshot: since the server began to count them. All of a query's counters where the
counting began anew meanwhile, or the snapshot did not know it.
*/
WITH before AS (
    SELECT e.key::bigint AS queryid, e.value AS counters
    FROM public.performance_snapshots AS s
    CROSS JOIN LATERAL pg_catalog.jsonb_each(s.statements) AS e
    WHERE s.id = public.snapshot_at(p_since)
),
risen AS MATERIALIZED (
    SELECT
        c.*,
        -- Else null, and nothing is taken off.
        CASE
            WHEN extract(epoch FROM c.counted_since) <= (b.counters ->> 'since')::numeric
                AND c.calls >= (b.counters ->> 'calls')::numeric THEN b.counters
        END AS base
    FROM public.statement_counters() AS c
    LEFT JOIN before AS b USING (queryid)
    -- Most did not run since.
    WHERE b.counters IS NULL OR c.calls <> (b.counters ->> 'calls')::numeric
),
named AS MATERIALIZED (
    SELECT
        r.queryid,
        t.query,
        r.calls - COALESCE((r.base ->> 'calls')::bigint, 0) AS calls,
        r.total_exec_time - COALESCE((r.base ->> 'ms')::double precision, 0) AS total_ms,
        r.rows - COALESCE((r.base ->> 'rows')::bigint, 0) AS "rows",
        r.shared_blks_hit - COALESCE((r.base ->> 'hit')::bigint, 0) AS hit,
        r.shared_blks_read - COALESCE((r.base ->> 'read')::bigint, 0) AS read,
        r.temp_blks_written - COALESCE((r.base ->> 'temp')::bigint, 0) AS temp,
        r.io_time - COALESCE((r.base ->> 'io')::double precision, 0) AS io_ms,
        r.wal_bytes - COALESCE((r.base ->> 'wal')::numeric, 0) AS wal
    FROM risen AS r
    LEFT JOIN public.query_texts AS t USING (queryid)
),
-- Those that ran since the last snapshot for the first time; without any, nothing is read.
fresh AS (
    SELECT s.queryid, s.query
    FROM public.statement_texts() AS s
    WHERE (SELECT pg_catalog.bool_or(n.query IS NULL) FROM named AS n)
)
SELECT
    n.queryid,
    COALESCE(n.query, f.query),
    n.calls,
    n.total_ms,
    n.total_ms / n.calls,
    n.rows,
    n.hit,
    n.read,
    n.temp,
    n.io_ms,
    n.wal::bigint
FROM named AS n
LEFT JOIN fresh AS f ON f.queryid = n.queryid AND n.query IS NULL
WHERE n.calls > 0
$$;
