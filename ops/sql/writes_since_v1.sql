CREATE FUNCTION public.writes_since(p_relations text[], p_counters jsonb)
RETURNS bigint
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    /* How many rows were written since write_counters() said p_counters; NULL if they began anew. */
    SELECT CASE
        WHEN pg_catalog.bool_and(counter.value::bigint >= known.value) THEN
            pg_catalog.sum(counter.value::bigint - known.value)::bigint
    END
    FROM pg_catalog.jsonb_each_text(public.write_counters(p_relations)) AS counter
    CROSS JOIN LATERAL (
        SELECT COALESCE((p_counters ->> counter.key)::bigint, 0) AS value
    ) AS known;
$$;
REVOKE ALL ON FUNCTION public.writes_since(text[], jsonb) FROM PUBLIC;
