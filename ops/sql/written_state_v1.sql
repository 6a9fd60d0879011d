CREATE FUNCTION public.written_state(p_relations text[])
RETURNS jsonb
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
/*
What is equal only if these relations hold the same rows as before: of each, with its partitions,
its file (TRUNCATE gives another) and write_counters(); and since when the server counts, which
begins anew with a crash, a restart, on a standby that takes over, and by pg_stat_reset().

The numbers lag behind a commit; kept_as_of() says how far.
*/
    WITH named AS (
        SELECT pg_catalog.to_regclass(pg_catalog.format('public.%I', relation)) AS relid
        FROM pg_catalog.unnest(p_relations) AS relation
    ), held AS (
        SELECT relid FROM named
        UNION
        SELECT tree.relid FROM named CROSS JOIN pg_catalog.pg_partition_tree(named.relid) AS tree
    )
    SELECT pg_catalog.jsonb_build_object(
        'counts since', ARRAY[
            pg_catalog.pg_postmaster_start_time(),
            pg_catalog.pg_stat_get_bgwriter_stat_reset_time(),
            (SELECT d.stats_reset FROM pg_catalog.pg_stat_database AS d
             WHERE d.datname = pg_catalog.current_database())
        ],
        'counters', public.write_counters(p_relations),
        'files', (
            SELECT pg_catalog.jsonb_object_agg(held.relid::oid, c.relfilenode)
            FROM held JOIN pg_catalog.pg_class AS c ON c.oid = held.relid
        )
    );
$$;
REVOKE ALL ON FUNCTION public.written_state(text[]) FROM PUBLIC;
