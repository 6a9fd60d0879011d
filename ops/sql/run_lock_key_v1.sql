CREATE FUNCTION public.run_lock_key(p_operation text, p_target text)
RETURNS bigint
LANGUAGE sql
IMMUTABLE STRICT PARALLEL SAFE
SET search_path = ''
BEGIN ATOMIC
    /* The advisory lock of whoever does this operation on this target: worker or SQL function. */
    SELECT pg_catalog.hashtextextended('run:' || p_operation || ':' || p_target, 0);
END;
