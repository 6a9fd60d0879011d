CREATE FUNCTION public.uuid_time(p_key uuid)
RETURNS timestamptz
LANGUAGE sql
IMMUTABLE STRICT PARALLEL SAFE
SET search_path = ''
BEGIN ATOMIC
    /* The millisecond that a time-ordered key holds; also of uuid_floor's, which have no version. */
    SELECT pg_catalog.to_timestamp(
        ('x' || pg_catalog.substr(pg_catalog.replace(p_key::text, '-', ''), 1, 12))::bit(48)::bigint
        / 1000.0::double precision
    );
END;
