CREATE FUNCTION public.json_is_plain(p_value jsonb)
RETURNS boolean
LANGUAGE sql
IMMUTABLE STRICT PARALLEL SAFE
SET search_path = ''
BEGIN ATOMIC
    /* Whether every reader can take it: nested 50 deep at most, no number beyond 1e300. */
    SELECT NOT pg_catalog.jsonb_path_exists(p_value, 'strict $.**{50}')
        AND NOT pg_catalog.jsonb_path_exists(
            p_value, 'strict $.** ? (@.type() == "number" && (@ > 1e300 || @ < -1e300))'
        );
END;
