CREATE FUNCTION public.keys_are_distinct(p_keys uuid[])
RETURNS boolean
LANGUAGE sql
IMMUTABLE STRICT PARALLEL SAFE
SET search_path = ''
BEGIN ATOMIC
    /* None is there twice, and none is missing. */
    SELECT pg_catalog.count(DISTINCT k.key) = pg_catalog.cardinality(p_keys)
    FROM pg_catalog.unnest(p_keys) AS k (key);
END;
