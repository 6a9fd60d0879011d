CREATE OR REPLACE FUNCTION public.partition_bounds(p_table text)
RETURNS TABLE (
    partition oid,
    partition_name text,
    lower_bound timestamptz,
    upper_bound timestamptz,
    is_detaching boolean
)
LANGUAGE sql
STABLE
SET search_path = ''
AS $$
    /* The partitions of public.p_table, oldest first; their keys' bounds as the times in them. */
    WITH part AS (
        SELECT
            c.oid,
            c.relname,
            i.inhdetachpending,
            pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS bounds
        FROM pg_catalog.pg_inherits AS i
        JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = pg_catalog.to_regclass(pg_catalog.format('public.%I', p_table))
    ),
    -- Those by time-ordered keys, which stand at the same places: a regular expression would take
    -- longer than all the rest.
    keyed AS (
        SELECT
            p.oid,
            pg_catalog.substr(p.bounds, 19, 36)::uuid AS lower_key,
            pg_catalog.substr(p.bounds, 63, 36)::uuid AS upper_key
        FROM part AS p
        WHERE p.bounds LIKE
            'FOR VALUES FROM (''________-____-____-____-____________'')'
            ' TO (''________-____-____-____-____________'')'
    )
    SELECT
        part.oid,
        part.relname::text,
        public.uuid_time(keyed.lower_key),
        public.uuid_time(keyed.upper_key),
        part.inhdetachpending
    FROM part
    LEFT JOIN keyed ON keyed.oid = part.oid
    ORDER BY 3, 2;
$$;
