CREATE FUNCTION public.run_partition_maintenance(p_table text)
RETURNS text
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Make the partitions ahead of a declared table and ANALYZE it; says what was done, and leaves a row
in the run ledger. Fails at once while the operation maintain_partitions is running.
*/
DECLARE
    v_started timestamptz := pg_catalog.clock_timestamp();
    v_made text[];
    v_analyzed bigint;
    v_said text;
BEGIN
    PERFORM public.take_run_lock('maintain_partitions', '');
    v_made := ARRAY(SELECT public.ensure_future_partitions(p_table));
    SELECT pg_catalog.count(*) INTO v_analyzed FROM public.analyze_all_partitions(p_table);
    v_said := CASE
        WHEN v_made = '{}' THEN 'All partitions ahead are there.'
        ELSE 'Made ' || pg_catalog.array_to_string(v_made, ', ') || '.'
    END || ' Analyzed ' || p_table || ' and its ' || v_analyzed || ' partitions.';
    PERFORM public.record_run('maintain_partitions', '', v_started, v_said);
    RETURN v_said;
END
$$;
REVOKE ALL ON FUNCTION public.run_partition_maintenance(text) FROM PUBLIC;
