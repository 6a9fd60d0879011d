CREATE FUNCTION public.declared_partitioned_table(p_table text)
RETURNS public.ops_partitioned_tables
LANGUAGE plpgsql
STABLE
SET search_path = ''
AS $$
/* The declaration of p_table; raises for a table that no app declares, or that is not there. */
DECLARE
    v_declared public.ops_partitioned_tables;
BEGIN
    SELECT * INTO v_declared FROM public.ops_partitioned_tables WHERE name = p_table;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'No app declares a partitioned table named %.', p_table
            USING ERRCODE = 'undefined_table';
    ELSIF NOT EXISTS (
        SELECT FROM pg_catalog.pg_partitioned_table
        WHERE partrelid = pg_catalog.to_regclass(pg_catalog.format('public.%I', p_table))
    ) THEN
        RAISE EXCEPTION '% is declared, but it is no partitioned table.', p_table
            USING ERRCODE = 'wrong_object_type';
    END IF;
    RETURN v_declared;
END
$$;
REVOKE ALL ON FUNCTION public.declared_partitioned_table(text) FROM PUBLIC;
