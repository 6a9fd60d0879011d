CREATE FUNCTION public.analyze_all_partitions(p_table text)
RETURNS TABLE (
    partition_name text,
    lower_bound timestamptz,
    upper_bound timestamptz,
    estimated_rows bigint,
    total_bytes bigint,
    analyzed_at timestamptz
)
LANGUAGE plpgsql
SET search_path = ''
SET lock_timeout = '5s'
AS $$
/*
ANALYZE a declared table, which autovacuum never does for a partitioned one, with its partitions;
returns how each of them is now. Waits for its locks three times five seconds at most.
*/
BEGIN
    PERFORM public.declared_partitioned_table(p_table);
    FOR v_attempt IN 1..3 LOOP
        BEGIN
            EXECUTE pg_catalog.format('ANALYZE public.%I', p_table);
            EXIT;
        EXCEPTION WHEN lock_not_available THEN
            IF v_attempt = 3 THEN
                RAISE EXCEPTION 'Other transactions hold %: try again when they are done.', p_table
                    USING ERRCODE = 'lock_not_available';
            END IF;
        END;
    END LOOP;
    RETURN QUERY
        SELECT
            part.partition_name,
            part.lower_bound,
            part.upper_bound,
            pg_catalog.int8larger(c.reltuples::bigint, 0),
            pg_catalog.pg_total_relation_size(part.partition),
            pg_catalog.pg_stat_get_last_analyze_time(part.partition)
        FROM public.partition_bounds(p_table) AS part
        JOIN pg_catalog.pg_class AS c ON c.oid = part.partition;
END
$$;
REVOKE ALL ON FUNCTION public.analyze_all_partitions(text) FROM PUBLIC;
