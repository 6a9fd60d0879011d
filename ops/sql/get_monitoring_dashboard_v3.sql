CREATE OR REPLACE FUNCTION public.get_monitoring_dashboard()
RETURNS jsonb
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
/* How the database is now, in one object; times in milliseconds, ages in seconds. */
SELECT pg_catalog.jsonb_build_object(
    'taken_at', pg_catalog.now(),
    'database_bytes', pg_catalog.pg_database_size(pg_catalog.current_database()),
    'connections', (
        SELECT COALESCE(pg_catalog.jsonb_object_agg(c.state, c.n), '{}')
        FROM (
            SELECT COALESCE(state, backend_type) AS state, pg_catalog.count(*) AS n
            FROM public.v_active_connections GROUP BY 1
        ) AS c
    ),
    'max_connections', pg_catalog.current_setting('max_connections')::integer,
    'cache_hit_percent', (
        SELECT pg_catalog.round(100.0 * blks_hit / NULLIF(blks_hit + blks_read, 0), 2)
        FROM pg_catalog.pg_stat_database WHERE datname = pg_catalog.current_database()
    ),
    'longest_transaction_seconds', (
        SELECT COALESCE(pg_catalog.max(transaction_seconds), 0) FROM public.v_active_connections
    ),
    'blocked_sessions', (
        SELECT pg_catalog.count(DISTINCT pid) FROM public.v_lock_conflicts WHERE depth > 0
    ),
    'slow_queries', (
        SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(q)), '[]')
        FROM (
            SELECT queryid, query, calls, mean_exec_time, max_exec_time
            FROM public.v_slow_queries LIMIT 10
        ) AS q
    ),
    'unused_indexes', (
        SELECT pg_catalog.jsonb_build_object(
            'count', pg_catalog.count(*), 'bytes', COALESCE(pg_catalog.sum(bytes), 0)
        )
        -- Smaller ones cost too little to speak of.
        FROM public.v_index_usage
        WHERE usage_category = 'UNUSED' AND bytes > 1024 * 1024
    ),
    'largest_tables', (
        SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t)), '[]')
        FROM (
            SELECT schemaname, tablename, total_bytes, live_rows, dead_percent
            FROM public.v_table_stats ORDER BY total_bytes DESC LIMIT 10
        ) AS t
    ),
    'wraparound_percent', (SELECT pg_catalog.max(percent_of_limit) FROM public.v_wraparound),
    'last_snapshot', (
        SELECT created_at FROM public.performance_snapshots ORDER BY id DESC LIMIT 1
    )
)
$$;
