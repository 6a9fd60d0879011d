CREATE OR REPLACE FUNCTION public.capture_performance_snapshot()
RETURNS uuid
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Keep the server's counters as they stand, raw: what happened between two snapshots is their
difference. Tables and indexes are kept by the first snapshot of each hour. The snapshot's id.
*/
DECLARE
    v_id uuid;
    v_is_first boolean := NOT EXISTS (
        SELECT FROM public.performance_snapshots
        WHERE id >= public.uuid_floor(pg_catalog.date_trunc('hour', pg_catalog.now()))
            AND tables IS NOT NULL
    );
BEGIN
    INSERT INTO public.performance_snapshots (
        server_started, counted_since, statements_evicted, database, statements, tables, indexes, io
    )
    SELECT
        pg_catalog.pg_postmaster_start_time(),
        COALESCE(d.stats_reset, pg_catalog.pg_postmaster_start_time()),
        public.statements_evicted(),
        pg_catalog.to_jsonb(d) - 'stats_reset' || pg_catalog.jsonb_build_object(
            'bytes', pg_catalog.pg_database_size(d.datid),
            'wal_bytes', (SELECT wal_bytes FROM pg_catalog.pg_stat_wal),
            'heap_hit', by_kind.heap_hit, 'heap_read', by_kind.heap_read,
            'index_hit', by_kind.index_hit, 'index_read', by_kind.index_read,
            'connections', (
                SELECT COALESCE(pg_catalog.jsonb_object_agg(state, n), '{}')
                FROM (
                    SELECT COALESCE(state, backend_type) AS state, pg_catalog.count(*) AS n
                    FROM pg_catalog.pg_stat_activity
                    WHERE datid = d.datid
                    GROUP BY 1
                ) AS c
            ),
            'blocked', (
                SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity
                WHERE datid = d.datid AND wait_event_type = 'Lock'
            ),
            'longest_transaction', (
                SELECT COALESCE(
                    extract(epoch FROM pg_catalog.max(pg_catalog.now() - xact_start)), 0
                )
                FROM pg_catalog.pg_stat_activity
                WHERE datid = d.datid AND pid <> pg_catalog.pg_backend_pid()
            )
        ),
        (
            SELECT pg_catalog.jsonb_object_agg(
                s.queryid::text,
                pg_catalog.jsonb_build_object(
                    'calls', s.calls, 'ms', s.total_exec_time, 'rows', s.rows,
                    'hit', s.shared_blks_hit, 'read', s.shared_blks_read,
                    'temp', s.temp_blks_written, 'io', s.io_time, 'wal', s.wal_bytes,
                    'since', extract(epoch FROM s.counted_since)
                )
            )
            FROM (
                SELECT * FROM public.statement_counters() ORDER BY total_exec_time DESC LIMIT 2000
            ) AS s
        ),
        CASE WHEN v_is_first THEN (
            SELECT pg_catalog.jsonb_object_agg(
                t.schemaname || '.' || t.tablename,
                pg_catalog.jsonb_build_object(
                    'bytes', t.total_bytes, 'live', t.live_rows, 'dead', t.dead_rows,
                    'seq', t.seq_scan, 'idx', t.idx_scan,
                    'ins', t.inserted, 'upd', t.updated, 'del', t.deleted
                )
            )
            FROM public.v_table_stats AS t
        ) END,
        CASE WHEN v_is_first THEN (
            SELECT pg_catalog.jsonb_object_agg(
                i.schemaname || '.' || i.indexname,
                pg_catalog.jsonb_build_object('scans', i.idx_scan, 'bytes', i.bytes)
            )
            FROM public.v_index_usage AS i
        ) END,
        public.io_counters()
    FROM pg_catalog.pg_stat_database AS d
    CROSS JOIN (
        SELECT
            COALESCE(pg_catalog.sum(t.heap_blks_hit), 0)::bigint AS heap_hit,
            COALESCE(pg_catalog.sum(t.heap_blks_read), 0)::bigint AS heap_read,
            COALESCE(pg_catalog.sum(t.idx_blks_hit), 0)::bigint AS index_hit,
            COALESCE(pg_catalog.sum(t.idx_blks_read), 0)::bigint AS index_read
        FROM pg_catalog.pg_statio_user_tables AS t
    ) AS by_kind
    WHERE d.datname = pg_catalog.current_database()
    RETURNING id INTO v_id;

    INSERT INTO public.query_texts (queryid, query)
    SELECT t.queryid, t.query
    FROM public.statement_texts() AS t
    WHERE NOT EXISTS (
        SELECT FROM public.query_texts AS seen WHERE seen.queryid = t.queryid
    )
    ON CONFLICT DO NOTHING;
    RETURN v_id;
END
$$;
