CREATE OR REPLACE VIEW public.v_index_usage AS
-- Each index once: those of partitions are added up under the one of their table. Of what is locked,
-- the definition is null, and the size of the index 0.
WITH alone AS MATERIALIZED (SELECT relation FROM public.v_locked_relations),
counted AS (
    SELECT
        s.root,
        count(*) FILTER (WHERE s.is_part) AS parts,
        sum(s.idx_scan)::bigint AS idx_scan,
        sum(s.idx_tup_read)::bigint AS idx_tup_read,
        sum(
            CASE WHEN s.oid IN (SELECT relation FROM alone) THEN 0 ELSE pg_relation_size(s.oid) END
        )::bigint AS bytes,
        max(s.last_idx_scan) AS last_used
    FROM (
        SELECT
            c.oid,
            c.relispartition AS is_part,
            CASE WHEN c.relispartition THEN pg_partition_root(c.oid)::oid ELSE c.oid END AS root,
            pg_stat_get_numscans(c.oid) AS idx_scan,
            pg_stat_get_tuples_returned(c.oid) AS idx_tup_read,
            pg_stat_get_lastscan(c.oid) AS last_idx_scan
        FROM pg_class AS c
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind = 'i' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
            AND n.nspname !~ '^pg_toast'
    ) AS s
    GROUP BY s.root
)
SELECT
    n.nspname AS schemaname,
    t.relname AS tablename,
    x.relname AS indexname,
    u.idx_scan,
    u.idx_tup_read,
    u.bytes,
    CASE WHEN x.relkind = 'I' THEN u.parts ELSE 0 END AS partitions,
    u.last_used,
    CASE
        WHEN i.indisunique OR i.indisexclusion OR i.indisreplident
            OR k.conindid IS NOT NULL THEN 'CONSTRAINT'
        WHEN u.idx_scan = 0 THEN 'UNUSED'
        WHEN u.idx_scan < 50 THEN 'RARELY_USED'
        ELSE 'USED'
    END AS usage_category,
    CASE WHEN t.oid NOT IN (SELECT relation FROM alone) THEN pg_get_indexdef(x.oid) END AS definition,
    COALESCE(d.stats_reset, pg_postmaster_start_time()) AS counted_since
FROM counted AS u
JOIN pg_class AS x ON x.oid = u.root
JOIN pg_index AS i ON i.indexrelid = x.oid
JOIN pg_class AS t ON t.oid = i.indrelid
JOIN pg_namespace AS n ON n.oid = t.relnamespace
LEFT JOIN (SELECT DISTINCT conindid FROM pg_constraint) AS k ON k.conindid = x.oid
CROSS JOIN (SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()) AS d;
