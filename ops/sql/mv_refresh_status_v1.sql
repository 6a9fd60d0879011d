CREATE VIEW public.mv_refresh_status AS
/*
Each declared materialized view as it is now. Stale: never refreshed, or refreshed longer ago than
its limit while something it reads was written since (or may have been: changes unknown, NULL).
*/
SELECT
    declared.name AS view_name,
    declared.refreshed_at AS last_refresh,
    declared.refreshed_by AS last_refresh_by,
    declared.duration AS last_duration,
    declared.row_count,
    pg_catalog.pg_total_relation_size(c.oid) AS total_bytes,
    COALESCE(c.relispopulated, false) AS is_populated,
    declared.stale_after,
    since.changes AS changes_since_refresh,
    declared.refreshed_at IS NULL
        OR NOT COALESCE(c.relispopulated, false)
        OR (
            pg_catalog.now() - declared.refreshed_at > declared.stale_after
            AND since.changes IS DISTINCT FROM 0
        ) AS is_stale,
    public.view_obstacle(declared.name) AS obstacle
FROM public.ops_materialized_views AS declared
LEFT JOIN pg_catalog.pg_class AS c
    ON c.oid = pg_catalog.to_regclass(pg_catalog.format('public.%I', declared.name))
    AND c.relkind = 'm'
CROSS JOIN LATERAL (
    SELECT CASE WHEN declared.refreshed_at IS NOT NULL THEN
        public.writes_since(declared.reads || declared.depends_on, declared.counters)
    END AS changes
) AS since;
