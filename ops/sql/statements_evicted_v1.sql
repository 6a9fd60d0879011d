CREATE FUNCTION public.statements_evicted()
RETURNS bigint
LANGUAGE plpgsql
STABLE
SET search_path = ''
AS $$
/*
How often pg_stat_statements threw out queries for want of room; null where it is not installed or
not loaded. When it grows, pg_stat_statements.max is too small.
*/
DECLARE
    v_schema text;
    v_evicted bigint;
BEGIN
    SELECT n.nspname INTO v_schema
    FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
    WHERE e.extname = 'pg_stat_statements';
    IF v_schema IS NOT NULL THEN
        EXECUTE pg_catalog.format('SELECT dealloc FROM %I.pg_stat_statements_info', v_schema)
        INTO v_evicted;
    END IF;
    RETURN v_evicted;
EXCEPTION
    WHEN object_not_in_prerequisite_state THEN
        RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION public.statements_evicted() FROM PUBLIC;
