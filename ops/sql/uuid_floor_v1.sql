CREATE FUNCTION public.uuid_floor(p_moment timestamptz)
RETURNS uuid
LANGUAGE sql
-- The epoch of a timestamptz depends on no setting.
IMMUTABLE STRICT PARALLEL SAFE
SET search_path = ''
BEGIN ATOMIC
    /* The lowest key of the millisecond: keys from p_moment on are >= it, earlier ones are below. */
    SELECT (
        pg_catalog.lpad(
            pg_catalog.to_hex(pg_catalog.floor(EXTRACT(epoch FROM p_moment) * 1000)::bigint),
            12,
            '0'
        ) || pg_catalog.repeat('0', 20)
    )::uuid;
END;
