CREATE FUNCTION public.use_level(p_uses integer)
RETURNS integer
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    /* Questions that were used about as often are equals in a draw: 0, 1-3, 4-15, 16-63, … */
    SELECT (
        1 + pg_catalog.length(pg_catalog.ltrim(COALESCE(p_uses, 0)::bit(32)::text, '0'))
    ) / 2;
END;
