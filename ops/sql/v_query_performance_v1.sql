CREATE VIEW public.v_query_performance AS
-- Queries of this database since the server began to count them; times in milliseconds.
SELECT
    c.queryid,
    t.query,
    c.calls,
    c.total_exec_time,
    c.total_exec_time / NULLIF(c.calls, 0) AS mean_exec_time,
    c.max_exec_time,
    c.rows,
    round(
        100.0 * c.shared_blks_hit / NULLIF(c.shared_blks_hit + c.shared_blks_read, 0), 2
    ) AS hit_percent,
    c.shared_blks_hit,
    c.shared_blks_read,
    c.temp_blks_written,
    c.io_time,
    c.wal_bytes,
    c.counted_since
FROM public.statement_counters() AS c
LEFT JOIN public.statement_texts() AS t USING (queryid)
ORDER BY c.total_exec_time DESC;

CREATE VIEW public.v_slow_queries AS
-- Those that take 100 ms on average, the limit of seed 004, or took a second once.
SELECT q.*
FROM public.v_query_performance AS q
WHERE q.mean_exec_time >= 100 OR q.max_exec_time >= 1000
ORDER BY q.mean_exec_time DESC;
