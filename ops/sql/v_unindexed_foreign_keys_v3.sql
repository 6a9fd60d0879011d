CREATE OR REPLACE VIEW public.v_unindexed_foreign_keys AS
-- Deleting or changing a referenced row reads all of such a table. An index that begins with a column
-- of the key spares that, also one of those rows alone that have the column.
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
        ),
        CASE WHEN c.conrelid NOT IN (SELECT relation FROM alone)
            THEN pg_table_size(c.conrelid) END,
        0
    ) AS bytes
FROM pg_constraint AS c
WHERE c.contype = 'f' AND c.conparentid = 0
    AND NOT EXISTS (
        SELECT FROM pg_index AS i
        JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = c.conrelid AND i.indisvalid AND a.attnum = ANY (c.conkey)
            AND CASE
                WHEN i.indpred IS NULL OR c.conrelid IN (SELECT relation FROM alone) THEN true
                ELSE pg_get_expr(i.indpred, i.indrelid) = format('(%I IS NOT NULL)', a.attname)
            END
    );
