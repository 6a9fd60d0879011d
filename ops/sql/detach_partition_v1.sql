CREATE FUNCTION public.detach_partition(p_table text, p_name text, p_force boolean DEFAULT false)
RETURNS uuid
LANGUAGE plpgsql
SET search_path = ''
AS $$
/*
Order the archive of one partition of a declared table; the id of its run. p_force takes one that
its table keeps still.
*/
BEGIN
    PERFORM public.declared_partitioned_table(p_table);
    IF NOT EXISTS (
        SELECT FROM public.partition_bounds(p_table) AS part WHERE part.partition_name = p_name
    ) THEN
        RAISE EXCEPTION '% is no partition of %.', p_name, p_table
            USING ERRCODE = 'undefined_table';
    END IF;
    RETURN public.enqueue_run(
        'archive_partition',
        p_table || '.' || p_name,
        CASE WHEN p_force THEN '{"force": true}' ELSE '{}' END::jsonb
    );
END
$$;
REVOKE ALL ON FUNCTION public.detach_partition(text, text, boolean) FROM PUBLIC;
