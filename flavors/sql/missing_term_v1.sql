CREATE FUNCTION public.missing_term(p_form text)
RETURNS bigint
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
-- A negative number of the form: a source has each once, before there is a term too, and the index
-- that holds it multiplies by 64.
RETURN -1 - (pg_catalog.hashtextextended(p_form, 0) & ((1::bigint << 56) - 1));
REVOKE ALL ON FUNCTION public.missing_term(text) FROM PUBLIC;
