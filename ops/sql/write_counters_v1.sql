CREATE FUNCTION public.write_counters(p_relations text[])
RETURNS jsonb
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    /*
    Relation → rows ever inserted, updated or deleted, by the server's own statistics; a
    partitioned table counts by its partitions. The numbers follow a commit within seconds, and
    begin anew when the server crashes.
    */
    WITH named AS (
        SELECT pg_catalog.to_regclass(pg_catalog.format('public.%I', relation)) AS relid
        FROM pg_catalog.unnest(p_relations) AS relation
    )
    SELECT COALESCE(
        pg_catalog.jsonb_object_agg(
            c.relname,
            pg_catalog.pg_stat_get_tuples_inserted(c.oid)
            + pg_catalog.pg_stat_get_tuples_updated(c.oid)
            + pg_catalog.pg_stat_get_tuples_deleted(c.oid)
        ),
        '{}'
    )
    FROM pg_catalog.pg_class AS c
    WHERE c.oid IN (
        SELECT relid FROM named
        UNION
        SELECT tree.relid FROM named CROSS JOIN pg_catalog.pg_partition_tree(named.relid) AS tree
    );
$$;
REVOKE ALL ON FUNCTION public.write_counters(text[]) FROM PUBLIC;
