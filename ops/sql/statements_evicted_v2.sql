CREATE OR REPLACE FUNCTION public.statements_evicted()
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
    v_evicted bigint;
BEGIN
    IF public.statements_schema() IS NOT NULL THEN
        EXECUTE pg_catalog.format(
            'SELECT dealloc FROM %I.pg_stat_statements_info', public.statements_schema()
        )
        INTO v_evicted;
    END IF;
    RETURN v_evicted;
EXCEPTION
    WHEN object_not_in_prerequisite_state THEN
        RETURN NULL;
END
$$;
