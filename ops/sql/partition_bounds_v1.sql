CREATE FUNCTION public.partition_bounds(p_table text)
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
            -- FOR VALUES FROM ('…') TO ('…')
            pg_catalog.regexp_match(
                pg_catalog.pg_get_expr(c.relpartbound, c.oid),
                'FROM \(''([0-9a-f-]{36})''\) TO \(''([0-9a-f-]{36})''\)'
            ) AS bounds
        FROM pg_catalog.pg_inherits AS i
        JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = pg_catalog.to_regclass(pg_catalog.format('public.%I', p_table))
    )
    SELECT
        part.oid,
        part.relname::text,
        public.uuid_time(part.bounds[1]::uuid),
        public.uuid_time(part.bounds[2]::uuid),
        part.inhdetachpending
    FROM part
    ORDER BY 3, 2;
$$;
REVOKE ALL ON FUNCTION public.partition_bounds(text) FROM PUBLIC;
