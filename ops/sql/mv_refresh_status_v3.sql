CREATE OR REPLACE VIEW public.mv_refresh_status AS
/*
Each declared materialized view and roll-up as it is now; the size of a roll-up is that of the
tables it is kept in, its rows an estimate. Stale: never refreshed, or refreshed longer ago than
its limit while something it reads was written since (or may have been: changes unknown, NULL).
It waits for no lock: of what is locked, the size is what the planner knows.
*/
WITH alone AS MATERIALIZED (SELECT relation FROM public.v_locked_relations)
SELECT
    declared.name AS view_name,
    declared.refreshed_at AS last_refresh,
    declared.refreshed_by AS last_refresh_by,
    declared.duration AS last_duration,
    declared.row_count,
    held.total_bytes,
    held.is_populated,
    declared.stale_after,
    since.changes AS changes_since_refresh,
    declared.refreshed_at IS NULL
        OR NOT held.is_populated
        OR (
            pg_catalog.now() - declared.refreshed_at > declared.stale_after
            AND since.changes IS DISTINCT FROM 0
        ) AS is_stale,
    public.view_obstacle(declared.name) AS obstacle
FROM public.ops_materialized_views AS declared
CROSS JOIN LATERAL (
    SELECT
        pg_catalog.sum(
            CASE WHEN c.oid IN (SELECT relation FROM alone)
                THEN c.relpages::bigint * pg_catalog.current_setting('block_size')::integer
                ELSE pg_catalog.pg_total_relation_size(c.oid)
            END
        )::bigint AS total_bytes,
        COALESCE(pg_catalog.bool_and(c.relispopulated), false) AS is_populated
    FROM pg_catalog.unnest(
        CASE declared.refresh_function
            WHEN '' THEN ARRAY[declared.name] ELSE declared.kept_in
        END
    ) AS name
    JOIN pg_catalog.pg_class AS c
        ON c.oid = pg_catalog.to_regclass(pg_catalog.format('public.%I', name))
        AND c.relkind IN ('m', 'r')
) AS held
CROSS JOIN LATERAL (
    SELECT CASE WHEN declared.refreshed_at IS NOT NULL THEN
        public.writes_since(declared.reads || declared.depends_on, declared.counters)
    END AS changes
) AS since;
