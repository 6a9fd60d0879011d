CREATE TYPE public.statement_cost AS (
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
);

CREATE FUNCTION public.query_hints_among(p_ran public.statement_cost[])
RETURNS TABLE (
    hint text,
    subject text,
    queryid bigint,
    query text,
    reason text,
    advice text,
    total_ms double precision
)
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
/*
What could be better about these queries (rows of `statement_activity`) and about the tables, the most
costly first, with why and what to do. Suspicions, for somebody who looks. A block is 8 KiB.
*/
WITH ran AS MATERIALIZED (
    SELECT a.*, a.blocks_hit + a.blocks_read AS blocks, pg_catalog.sum(a.calls) OVER () AS all_calls
    FROM pg_catalog.unnest(p_ran) AS a
    WHERE a.query ~* '^[\s(]*(select|with|insert|update|delete|merge)\M'
),
alone AS MATERIALIZED (SELECT relation FROM public.v_locked_relations),
large AS MATERIALIZED (
    SELECT
        r.relname AS name,
        pg_catalog.sum(t.bytes) AS bytes,
        pg_catalog.sum(t.seq_scan) AS scans,
        pg_catalog.sum(t.seq_tup_read) AS read_so
    FROM (
        SELECT
            CASE WHEN c.relispartition THEN pg_catalog.pg_partition_root(c.oid)::oid ELSE c.oid END
                AS root,
            pg_catalog.pg_relation_size(c.oid) AS bytes,
            pg_catalog.pg_stat_get_numscans(c.oid) AS seq_scan,
            pg_catalog.pg_stat_get_tuples_returned(c.oid) AS seq_tup_read
        FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
            AND c.oid NOT IN (SELECT relation FROM alone)
    ) AS t
    JOIN pg_catalog.pg_class AS r ON r.oid = t.root
    GROUP BY r.oid, r.relname
    HAVING pg_catalog.sum(t.bytes) >= 1024 * 8192
),
found AS (
    -- A few rows out of many blocks, though nothing is added up.
    SELECT
        'Filter without an index' AS hint, l.names AS subject, r.queryid, r.query,
        pg_catalog.format(
            'Each call looks at %s blocks (%s) and gives %s rows.',
            pg_catalog.to_char(r.blocks / r.calls, 'FM999,999,999,990'),
            pg_catalog.pg_size_pretty(r.blocks / r.calls * 8192),
            pg_catalog.to_char(r.rows / r.calls, 'FM999,999,999,990')
        ) AS reason,
        'Look at its plan: where it says Seq Scan with a Filter that removes most rows, an index on'
        ' the columns of that filter lets it read the few rows alone.' AS advice,
        r.total_ms
    FROM ran AS r
    CROSS JOIN LATERAL (
        SELECT pg_catalog.string_agg(large.name, ', ' ORDER BY large.name) AS names
        FROM large
        -- The first one is quick, and says no of nearly all.
        WHERE pg_catalog.strpos(r.query, large.name) > 0 AND r.query
            ~ ('\m' || pg_catalog.regexp_replace(large.name, '(\W)', '\\\1', 'g') || '\M')
    ) AS l
    WHERE r.blocks / r.calls >= 1024 AND r.blocks / r.calls >= 50 * (r.rows / r.calls)
        AND l.names IS NOT NULL
        AND r.query !~* '\mgroup\s+by\M|\m(count|sum|avg|min|max|\w+_agg)\s*\('
    UNION ALL
    SELECT
        'Sort or hash on disk', '', r.queryid, r.query,
        pg_catalog.format(
            'Each call writes about %s of temporary files: more than work_mem (%s) holds.',
            pg_catalog.pg_size_pretty(r.temp_blocks / r.calls * 8192),
            pg_catalog.current_setting('work_mem')
        ),
        'Sort fewer rows or columns (an index in the order that is asked for, a LIMIT), or give this'
        ' work more memory: SET LOCAL work_mem, for its transaction alone.',
        r.total_ms
    FROM ran AS r
    WHERE r.temp_blocks / r.calls >= 128
    UNION ALL
    SELECT
        'Read from disk', '', r.queryid, r.query,
        pg_catalog.format(
            '%s %% of its blocks were not in memory; %s were read.',
            pg_catalog.round(100.0 * r.blocks_read / r.blocks, 1),
            pg_catalog.pg_size_pretty(r.blocks_read * 8192)
        ),
        'Read less (an index that fits its filter, fewer columns), or keep more: a larger'
        ' shared_buffers. A report that runs once a day may read from disk.',
        r.total_ms
    FROM ran AS r
    WHERE r.blocks_read >= 12800 AND r.blocks_read >= 0.1 * r.blocks
    UNION ALL
    SELECT
        'One row at a time', '', r.queryid, r.query,
        pg_catalog.format(
            '%s calls, %s %% of all, for about one row each.',
            pg_catalog.to_char(r.calls, 'FM999,999,999,990'),
            pg_catalog.round(100.0 * r.calls / r.all_calls, 1)
        ),
        'If a loop asks: ask once for all rows (= ANY, a join, prefetch_related). If each request'
        ' asks anew: cache it.',
        r.total_ms
    FROM ran AS r
    WHERE r.calls >= 10000 AND r.calls >= 0.1 * r.all_calls AND r.rows <= 2 * r.calls
        AND r.mean_ms < 1 AND r.query ~* '^[\s(]*(select|with)\M' AND r.query ~* '\mwhere\M'
    UNION ALL
    SELECT
        'Very many rows', '', r.queryid, r.query,
        pg_catalog.format(
            'Each call gives %s rows.', pg_catalog.to_char(r.rows / r.calls, 'FM999,999,999,990')
        ),
        'Nobody reads so many: ask for a page of them, or for sums. An export streams them (COPY).',
        r.total_ms
    FROM ran AS r
    WHERE r.rows / r.calls >= 50000 AND r.query ~* '^[\s(]*(select|with)\M'
    UNION ALL
    SELECT
        'Table read whole', l.name, NULL, NULL,
        pg_catalog.format(
            'Read from end to end %s times since the counting began, %s rows each time.',
            pg_catalog.to_char(l.scans, 'FM999,999,999,990'),
            pg_catalog.to_char(l.read_so / l.scans, 'FM999,999,999,990')
        ),
        'Of the queries that name it, look at the plans of the costly ones: an index is missing, or'
        ' a report needs all rows.',
        NULL
    FROM large AS l
    WHERE l.scans > 100 AND l.read_so / l.scans > 10000
)
SELECT f.* FROM found AS f
UNION ALL
SELECT
    'Slow', '', r.queryid, r.query,
    pg_catalog.format('%s ms on average.', pg_catalog.round(r.mean_ms::numeric)),
    'Look at its plan: the step with the highest cost is where the time goes.',
    r.total_ms
FROM ran AS r
WHERE r.mean_ms >= 500 AND r.calls > 1
    AND NOT EXISTS (SELECT FROM found AS f WHERE f.queryid = r.queryid)
ORDER BY total_ms DESC NULLS LAST, subject
$$;
REVOKE ALL ON FUNCTION public.query_hints_among(public.statement_cost[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.query_hints_among(public.statement_cost[]) TO pg_monitor;

CREATE OR REPLACE FUNCTION public.query_hints(p_since timestamptz)
RETURNS TABLE (
    hint text,
    subject text,
    queryid bigint,
    query text,
    reason text,
    advice text,
    total_ms double precision
)
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
/* What could be better about the queries that ran since that moment. */
SELECT h.*
FROM public.query_hints_among(
    ARRAY(
        SELECT ROW(a.*)::public.statement_cost FROM public.statement_activity(p_since) AS a
    )
) AS h
$$;
