CREATE OR REPLACE VIEW public.v_table_stats AS
-- Each table and materialized view once, its partitions added up; of a table that is locked, the
-- size is what the planner knows. `estimated_bloat` is a guess from the planner's statistics, null
-- where there are none, or where they are hidden: of tables under row-level security they are, and
-- of those that one may not read.
WITH alone AS MATERIALIZED (SELECT relation FROM public.v_locked_relations),
o AS (
    SELECT
        c.oid, c.reltuples, c.relpages, s.n_live_tup, s.n_dead_tup, s.n_mod_since_analyze,
        s.seq_scan, s.seq_tup_read, s.idx_scan, s.n_tup_ins, s.n_tup_upd, s.n_tup_del,
        s.n_tup_hot_upd, greatest(s.last_vacuum, s.last_autovacuum) AS vacuumed,
        greatest(s.last_analyze, s.last_autoanalyze) AS analyzed,
        CASE WHEN c.relispartition THEN pg_partition_root(c.oid)::oid ELSE c.oid END AS root,
        COALESCE(
            (
                SELECT option_value FROM pg_options_to_table(c.reloptions)
                WHERE option_name = 'autovacuum_vacuum_threshold'
            ), current_setting('autovacuum_vacuum_threshold')
        )::double precision AS threshold,
        COALESCE(
            (
                SELECT option_value FROM pg_options_to_table(c.reloptions)
                WHERE option_name = 'autovacuum_vacuum_scale_factor'
            ), current_setting('autovacuum_vacuum_scale_factor')
        )::double precision AS factor,
        COALESCE(
            (
                SELECT option_value FROM pg_options_to_table(c.reloptions)
                WHERE option_name = 'fillfactor'
            ), '100'
        )::double precision AS fillfactor
    FROM pg_class AS c
    JOIN pg_stat_user_tables AS s ON s.relid = c.oid
    WHERE c.relkind IN ('r', 'm')
),
width AS (
    SELECT
        (quote_ident(a.schemaname) || '.' || quote_ident(a.tablename))::regclass::oid AS starelid,
        a.bytes,
        a.columns
    FROM (
        SELECT schemaname, tablename, sum((1 - null_frac) * avg_width) AS bytes, count(*) AS columns
        FROM pg_stats
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND NOT inherited
        GROUP BY schemaname, tablename
    ) AS a
),
each AS (
    SELECT
        o.*,
        CASE WHEN o.oid IN (SELECT relation FROM alone)
            THEN o.relpages::bigint * current_setting('block_size')::integer
            ELSE pg_table_size(o.oid)
        END AS table_bytes,
        CASE WHEN o.oid IN (SELECT relation FROM alone)
            THEN 0
            ELSE pg_indexes_size(o.oid)
        END AS index_bytes,
        o.n_dead_tup / NULLIF(
            least(
                o.threshold + o.factor * greatest(o.reltuples, 0),
                NULLIF(current_setting('autovacuum_vacuum_max_threshold')::double precision, -1)
            ), 0
        ) AS pressure,
        -- 23 bytes of header, a bit a column, padded to 8, and 4 bytes of line pointer a row;
        -- 24 bytes of header a page.
        CASE WHEN o.reltuples > 0 AND w.bytes IS NOT NULL THEN greatest(
            0, o.relpages::double precision * current_setting('block_size')::integer
            - o.reltuples * (ceil((23 + w.columns / 8.0) / 8) * 8 + ceil(w.bytes / 8) * 8 + 4)
            / (1 - 24.0 / current_setting('block_size')::integer) / (o.fillfactor / 100)
        ) END AS bloat
    FROM o
    LEFT JOIN width AS w ON w.starelid = o.oid
)
SELECT
    n.nspname AS schemaname,
    r.relname AS tablename,
    r.relkind = 'm' AS is_materialized_view,
    count(*) FILTER (WHERE e.oid <> e.root) AS partitions,
    sum(e.n_live_tup)::bigint AS live_rows,
    sum(e.n_dead_tup)::bigint AS dead_rows,
    round(
        100.0 * sum(e.n_dead_tup) / NULLIF(sum(e.n_live_tup) + sum(e.n_dead_tup), 0), 1
    ) AS dead_percent,
    round(max(e.pressure)::numeric, 2) AS vacuum_pressure,
    sum(e.table_bytes + e.index_bytes)::bigint AS total_bytes,
    sum(e.table_bytes)::bigint AS table_bytes,
    sum(e.index_bytes)::bigint AS index_bytes,
    sum(e.bloat)::bigint AS estimated_bloat,
    sum(e.seq_scan)::bigint AS seq_scan,
    sum(e.seq_tup_read)::bigint AS seq_tup_read,
    sum(e.idx_scan)::bigint AS idx_scan,
    sum(e.n_tup_ins)::bigint AS inserted,
    sum(e.n_tup_upd)::bigint AS updated,
    sum(e.n_tup_del)::bigint AS deleted,
    round(100.0 * sum(e.n_tup_hot_upd) / NULLIF(sum(e.n_tup_upd), 0), 1) AS hot_percent,
    -- Of a partitioned table, the one that waits longest.
    min(e.vacuumed) AS last_vacuum,
    min(e.analyzed) AS last_analyze,
    sum(e.n_mod_since_analyze)::bigint AS changed_since_analyze
FROM each AS e
JOIN pg_class AS r ON r.oid = e.root
JOIN pg_namespace AS n ON n.oid = r.relnamespace
GROUP BY n.nspname, r.relname, r.relkind;
