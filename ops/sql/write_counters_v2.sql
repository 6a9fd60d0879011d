CREATE OR REPLACE FUNCTION public.write_counters(p_relations text[])
RETURNS jsonb
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    /*
    Relation → rows ever inserted, updated or deleted, by the server's own statistics; a
    partitioned table counts by its partitions. The numbers follow a commit within seconds, and
    begin anew when the server crashes. Waits for no lock on a relation.
    */
    WITH RECURSIVE counted AS (
        SELECT pg_catalog.to_regclass(pg_catalog.format('public.%I', relation))::oid AS relid
        FROM pg_catalog.unnest(p_relations) AS relation
        UNION
        SELECT part.inhrelid
        FROM counted JOIN pg_catalog.pg_inherits AS part ON part.inhparent = counted.relid
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
    WHERE c.oid IN (SELECT relid FROM counted);
$$;
