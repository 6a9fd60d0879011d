CREATE OR REPLACE VIEW public.v_index_usage AS
-- Each index once: those of partitions are added up under the one of their table. Of what is locked,
-- the definition is null, and the size of the index 0.
WITH alone AS MATERIALIZED (SELECT relation FROM public.v_locked_relations),
counted AS (
    SELECT
        COALESCE(pg_partition_root(s.indexrelid)::oid, s.indexrelid) AS root,
        count(*) FILTER (WHERE s.indexrelid <> COALESCE(pg_partition_root(s.indexrelid)::oid, 0))
            AS parts,
        sum(s.idx_scan)::bigint AS idx_scan,
        sum(s.idx_tup_read)::bigint AS idx_tup_read,
        sum(
            CASE WHEN s.indexrelid IN (SELECT relation FROM alone) THEN 0
                ELSE pg_relation_size(s.indexrelid)
            END
        )::bigint AS bytes,
        max(s.last_idx_scan) AS last_used
    FROM pg_stat_user_indexes AS s
    GROUP BY 1
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
            OR EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = x.oid) THEN 'CONSTRAINT'
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
CROSS JOIN (SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()) AS d;

CREATE OR REPLACE VIEW public.v_redundant_indexes AS
-- A btree whose columns are the first ones of another of the same table; partitions by their table.
-- Tables that are locked are left out: to read an index's predicate would wait.
WITH alone AS MATERIALIZED (SELECT relation FROM public.v_locked_relations),
btree AS (
    SELECT
        x.indexrelid, x.indrelid, x.indisunique OR x.indisexclusion AS is_rule,
        x.indnkeyatts AS keys, x.indnatts AS columns,
        string_to_array(x.indkey::text, ' ') AS key, string_to_array(x.indclass::text, ' ') AS class,
        string_to_array(x.indcollation::text, ' ') AS collation_,
        string_to_array(x.indoption::text, ' ') AS option,
        COALESCE(pg_get_expr(x.indpred, x.indrelid), '') AS predicate,
        COALESCE(pg_get_expr(x.indexprs, x.indrelid), '') AS expression,
        EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = x.indexrelid) AS is_constraint
    FROM pg_index AS x
    JOIN pg_class AS c ON c.oid = x.indexrelid
    JOIN pg_am AS am ON am.oid = c.relam
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE am.amname = 'btree' AND x.indisvalid
        AND x.indrelid NOT IN (SELECT relation FROM alone)
        AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')
        AND NOT EXISTS (SELECT FROM pg_inherits AS h WHERE h.inhrelid = x.indexrelid)
)
SELECT
    a.indrelid::regclass::text AS tablename,
    a.indexrelid::regclass::text AS indexname,
    b.indexrelid::regclass::text AS covered_by,
    a.key = b.key AND a.columns = b.columns AS is_exact,
    COALESCE(
        (
            SELECT sum(pg_relation_size(p.relid))::bigint
            FROM pg_partition_tree(a.indexrelid) AS p WHERE p.isleaf
        ), pg_relation_size(a.indexrelid)
    ) AS bytes
FROM btree AS a
JOIN btree AS b ON a.indrelid = b.indrelid AND a.indexrelid <> b.indexrelid
WHERE NOT a.is_rule AND NOT a.is_constraint AND a.columns = a.keys AND a.keys <= b.keys
    AND b.key[1:a.keys] = a.key AND b.class[1:a.keys] = a.class[1:a.keys]
    AND b.collation_[1:a.keys] = a.collation_[1:a.keys]
    AND b.option[1:a.keys] = a.option[1:a.keys]
    AND a.predicate = b.predicate AND (a.expression = '' OR a.expression = b.expression)
    -- Of two that are the same only one is listed.
    AND (
        a.keys < b.keys OR b.is_rule OR b.is_constraint OR b.columns > b.keys
        OR a.indexrelid > b.indexrelid
    );

CREATE OR REPLACE VIEW public.v_unindexed_foreign_keys AS
-- Deleting or changing a referenced row reads all of such a table.
WITH alone AS MATERIALIZED (SELECT relation FROM public.v_locked_relations)
SELECT
    c.conrelid::regclass::text AS tablename,
    c.conname AS constraint_name,
    c.confrelid::regclass::text AS referenced,
    CASE
        WHEN c.conrelid NOT IN (SELECT relation FROM alone)
            AND c.confrelid NOT IN (SELECT relation FROM alone) THEN pg_get_constraintdef(c.oid)
    END AS definition,
    COALESCE(
        (
            SELECT sum(pg_table_size(p.relid))::bigint
            FROM pg_partition_tree(c.conrelid) AS p
            WHERE p.isleaf AND p.relid NOT IN (SELECT relation FROM alone)
        ), 0
    ) AS bytes
FROM pg_constraint AS c
WHERE c.contype = 'f' AND c.conparentid = 0
    AND NOT EXISTS (
        SELECT FROM pg_index AS i
        WHERE i.indrelid = c.conrelid AND i.indisvalid AND i.indpred IS NULL
            AND i.indnkeyatts >= cardinality(c.conkey)
            AND (string_to_array(i.indkey::text, ' ')::smallint[])[1:cardinality(c.conkey)]
                @> c.conkey
    );
