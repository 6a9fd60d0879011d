CREATE OR REPLACE FUNCTION public.statement_counters()
RETURNS TABLE (
    queryid bigint,
    calls bigint,
    total_exec_time double precision,
    "rows" bigint,
    shared_blks_hit bigint,
    shared_blks_read bigint,
    temp_blks_written bigint,
    io_time double precision,
    wal_bytes numeric,
    max_exec_time double precision,
    counted_since timestamptz
)
LANGUAGE plpgsql
STABLE
SET search_path = ''
AS $$
/*
What pg_stat_statements counts of this database, a row a query of all its users; times in
milliseconds. No row where the extension is not installed or not loaded.
*/
BEGIN
    IF public.statements_schema() IS NULL THEN
        RETURN;
    END IF;
    -- Without the texts, which lie in a file.
    RETURN QUERY EXECUTE pg_catalog.format(
        'SELECT s.queryid, sum(s.calls)::bigint, sum(s.total_exec_time), sum(s.rows)::bigint,'
        ' sum(s.shared_blks_hit)::bigint, sum(s.shared_blks_read)::bigint,'
        ' sum(s.temp_blks_written)::bigint,'
        ' sum(s.shared_blk_read_time + s.shared_blk_write_time + s.temp_blk_read_time'
        ' + s.temp_blk_write_time),'
        ' sum(s.wal_bytes), max(s.max_exec_time), min(s.stats_since)'
        ' FROM %I.pg_stat_statements(false) AS s'
        ' JOIN pg_catalog.pg_database AS d ON d.oid = s.dbid'
        ' WHERE d.datname = pg_catalog.current_database() AND s.queryid IS NOT NULL'
        ' GROUP BY s.queryid',
        public.statements_schema()
    );
EXCEPTION
    -- Installed, and not in shared_preload_libraries.
    WHEN object_not_in_prerequisite_state THEN
        RETURN;
END
$$;
