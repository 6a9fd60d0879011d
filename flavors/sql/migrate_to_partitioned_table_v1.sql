CREATE FUNCTION public.migrate_to_partitioned_table(
    p_batch_size integer DEFAULT 10000, p_dry_run boolean DEFAULT true, p_source text DEFAULT NULL
)
RETURNS TABLE (run_id uuid, operation text, target_table text, source_table text)
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Order the move of a flat table's rows into flavor_descriptors, or its dry run: a run, because each
batch is a transaction of its own. Without p_source, the only table that has the shape.
*/
BEGIN
    PERFORM public.assert_in_range('p_batch_size', p_batch_size, 1, 50000);
    operation := CASE
        WHEN p_dry_run THEN 'look_at_flat_table' ELSE 'migrate_to_partitioned_table'
    END;
    target_table := 'flavor_descriptors';
    source_table := p_source;
    run_id := public.enqueue_run(
        operation,
        target_table,
        pg_catalog.jsonb_strip_nulls(
            pg_catalog.jsonb_build_object('source', p_source, 'batch_size', p_batch_size)
        )
    );
    RETURN NEXT;
END
$$;
REVOKE ALL ON FUNCTION public.migrate_to_partitioned_table(integer, boolean, text) FROM PUBLIC;
