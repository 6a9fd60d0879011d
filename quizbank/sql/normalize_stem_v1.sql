CREATE FUNCTION public.normalize_stem(p_stem text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pg_catalog.btrim(pg_catalog.regexp_replace(
    pg_catalog.lower(pg_catalog.normalize(p_stem, 'NFKC')), '\s+', ' ', 'g'
));
