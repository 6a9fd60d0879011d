CREATE FUNCTION public.success_tenth(p_rate numeric)
RETURNS integer
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    /* 0 to 10 for a success rate in percent; -1 before the first answer. */
    SELECT COALESCE(pg_catalog.floor(p_rate / 10)::integer, -1);
END;
