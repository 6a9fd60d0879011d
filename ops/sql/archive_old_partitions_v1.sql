CREATE FUNCTION public.archive_old_partitions(p_table text, p_months integer DEFAULT NULL)
RETURNS TABLE (partition_name text, run_id uuid)
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Order the archive of each partition that ended p_months months ago or more: a run each, because
DETACH CONCURRENTLY runs in no function. Without p_months, what the table declares; fewer is
refused, because what a table keeps still goes by name alone: detach_partition().
*/
DECLARE
    v_declared public.ops_partitioned_tables := public.declared_partitioned_table(p_table);
BEGIN
    IF v_declared.keep_months IS NULL THEN
        RAISE EXCEPTION '% keeps its partitions for ever; archive one by its name.', p_table
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF p_months < v_declared.keep_months THEN
        RAISE EXCEPTION '% keeps its partitions % months; archive a younger one by its name.',
            p_table, v_declared.keep_months
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN QUERY
        SELECT
            part.partition_name,
            public.enqueue_run(
                'archive_partition', p_table || '.' || part.partition_name, '{}'
            )
        FROM public.partition_bounds(p_table) AS part
        WHERE part.upper_bound AT TIME ZONE 'UTC'
            + pg_catalog.make_interval(months => coalesce(p_months, v_declared.keep_months))
            <= pg_catalog.now() AT TIME ZONE 'UTC';
END
$$;
REVOKE ALL ON FUNCTION public.archive_old_partitions(text, integer) FROM PUBLIC;
